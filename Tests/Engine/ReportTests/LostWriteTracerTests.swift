import Consistency
import History
import Testing

@testable import ChaosPlan
@testable import Report

/// The table of lost writes has every write that the store owed, however it came to owe it.
@Suite struct LostWriteTracerTests {
  /// What became of a write, and what the record said of it, in the order of the answers.
  struct Fate: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var kind: Event.Kind?
    var audits: [Bool]
    /// The value that the final read has.
    var final: Value
    var isLost: Bool
  }

  static let fates = [
    Fate(
      testDescription: "acknowledged, and not in the record", kind: .ok, audits: [false], final: .null, isLost: true),
    Fate(testDescription: "acknowledged, and there", kind: .ok, audits: [true], final: .string("v"), isLost: false),
    Fate(
      testDescription: "unknown, recorded, and then not", kind: .info, audits: [true, false], final: .null, isLost: true
    ),
    Fate(
      testDescription: "unknown, recorded, and gone from the key", kind: .info, audits: [true], final: .null,
      isLost: true),
    Fate(
      testDescription: "never answered, recorded, and then not", kind: nil, audits: [true, false], final: .null,
      isLost: true),
    Fate(testDescription: "unknown, and never recorded", kind: .info, audits: [false], final: .null, isLost: false),
    Fate(
      testDescription: "unknown, recorded, and there", kind: .info, audits: [true], final: .string("v"), isLost: false),
    Fate(testDescription: "refused, and not in the record", kind: .fail, audits: [false], final: .null, isLost: false),
    Fate(
      testDescription: "refused, recorded, and then not", kind: .fail, audits: [true, false], final: .null,
      isLost: false),
  ]

  @Test(arguments: fates)
  func namesWhatIsOwed(_ fate: Fate) throws {
    var events: [Event] = []
    func add(
      _ process: Int, _ kind: Event.Kind, _ function: String, _ value: Value, _ operation: String?, _ level: String?
    ) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: Int64(events.count) * 1_000_000_000, process: .client(process),
          kind: kind,
          function: function, key: "k", value: value, operation: operation, level: level))
    }
    add(0, .invoke, "put", .string("v"), "o1", "committed")
    if let kind = fate.kind { add(0, kind, "put", .string("v"), "o1", "committed") }
    for answer in fate.audits {
      add(1, .invoke, "operation", .null, "o1", nil)
      add(1, .ok, "operation", .bool(answer), "o1", nil)
    }
    add(1, .invoke, "get", .null, nil, "final")
    add(1, .ok, "get", fate.final, nil, "final")
    let consistency = try ConsistencyChecker().check(events)
    let plan = Plan(
      name: "p", description: "Is it?", workload: WorkloadSettings(clients: 1, keys: 1), faults: [],
      expect: Expectations())
    let record = Judgement.Record(
      plan: plan, path: "",
      facts: RunFacts(
        seed: 1, namespace: "r1", startedAt: "", secondsLong: 1, flavour: "patroni", events: events.count),
      phases: [], faults: [], events: events, residue: .found([]), nodes: .found([]), settlement: nil, trafficEnd: 1,
      recoveredAt: nil)
    let lost = LostWriteTracer(record: record, consistency: consistency).lostWrites()
    #expect(lost.map(\.operation) == (fate.isLost ? ["o1"] : []))
    #expect((consistency[.lostWrites]?.verdict == .violated) == fate.isLost)
    guard let write = lost.first else { return }
    #expect(write.isSettled == (fate.kind == .ok ? nil : true))
    let since = fate.kind == .ok ? "acknowledged as committed" : "outcome unknown, and then reported as applied"
    #expect(write.evidence.first == "HTTP: \(since)")
    // The answer that made the store owe it.
    #expect(write.acknowledgedAt == (fate.kind == nil ? 2 : fate.kind == .ok ? 1 : 3))
  }
}
