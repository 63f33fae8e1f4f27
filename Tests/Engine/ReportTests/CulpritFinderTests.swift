import Consistency
import History
import Testing

@testable import ChaosPlan
@testable import Report

@Suite struct CulpritFinderTests {
  /// One acknowledged write that the SQL tier does not have, and one (`r1.0.2`) that it has, with trails of the logs'
  /// lines.
  private func culprits(
    _ lines: [String], faults: [FaultReport] = [], expect: Expectations = Expectations(), failedBut error: String? = nil
  ) throws -> [Culprit] {
    var events: [Event] = []
    func add(
      _ kind: Event.Kind, _ function: String, _ key: String, _ value: Value = .null, _ operation: String? = nil,
      _ level: String? = nil
    ) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: Int64(events.count) * 1_000_000, process: .client(0), kind: kind,
          function: function, key: key, value: value, operation: operation, error: nil, level: level))
    }
    for (number, isApplied) in [(1, false), (2, true)] {
      let (key, operation) = ("k\(number)", "r1.0.\(number)")
      add(.invoke, "put", key, .string("v"), operation, "queued")
      add(.ok, "put", key, .string("v"), operation, "queued")
      add(.invoke, "operation", key, .null, operation)
      add(.ok, "operation", key, .bool(isApplied), operation)
    }
    if let error {
      add(.invoke, "put", "k4", .string("w"), "r1.0.4", "committed")
      add(.fail, "put", "k4", .string("w"), "r1.0.4", "committed")
      events[events.count - 1].error = error
      add(.invoke, "get", "k4", .null, nil, "linearizable")
      add(.ok, "get", "k4", .string("w"), nil, "linearizable")
    }
    add(.invoke, "get", "k3", .null, nil, "cache")
    add(.fail, "get", "k3", .null, nil, "cache")
    let plan = Plan(
      name: "p", description: "Is it?", workload: WorkloadSettings(clients: 1, keys: 1),
      faults: faults.map { _ in
        .fault(
          PlannedFault(
            action: .pause, selector: Selector(tier: Tier(rawValue: "rabbitmq")), duration: .fixed(.seconds(1))))
      }, expect: expect)
    let record = Judgement.Record(
      plan: plan, path: "p.yml",
      facts: RunFacts(
        seed: 1, namespace: "r1", startedAt: "", secondsLong: 1, flavour: "patroni", events: events.count),
      phases: [], faults: faults, events: events, residue: .found([]), nodes: .found([]), settlement: nil,
      trafficEnd: 1, recoveredAt: nil,
      trails: OperationTrails(logs: [lines.joined(separator: "\n")]))
    return Judgement(record, consistency: try ConsistencyChecker().check(events)).report().culprits ?? []
  }

  private func line(_ step: String, _ operations: String, instance: String = "w1") -> String {
    #"2026-01-02T03:04:05Z {"time":"t","level":"debug","service":"s","instance":"\#(instance)","message":"operations \#(step)","operations":"\#(operations)","step":"\#(step)"}"#
  }

  private var other: String { line("committed", "r1.0.2") }

  @Test func withoutTrailsNobodyIsAccused() throws {
    let culprits = try culprits([])
    #expect(culprits.map(\.tier) == [.untraced])
    #expect(culprits.first?.operation == "r1.0.1")
  }

  @Test func aWriteThatNoBrokerConfirmedStoppedAtTheAPI() throws {
    #expect(try culprits([other]).map(\.tier) == [.api])
  }

  @Test func aConfirmedWriteThatNoWorkerGotStoppedInTheQueue() throws {
    #expect(try culprits([other, line("confirmed", "r1.0.1 r1.0.2")]).map(\.tier) == [.rabbitmq])
  }

  @Test func aDeliveredWriteThatWasNotCommittedStoppedAtTheWorker() throws {
    #expect(try culprits([other, line("confirmed", "r1.0.1"), line("delivered", "r1.0.1")]).map(\.tier) == [.worker])
  }

  @Test func aWholeBatchThatIsGoneWasLostBySQL() throws {
    #expect(try culprits([other, line("delivered", "r1.0.1"), line("committed", "r1.0.1")]).map(\.tier) == [.sql])
  }

  @Test func aBatchOfWhichTheRestIsThereWasNotLostBySQL() throws {
    #expect(
      try culprits([line("delivered", "r1.0.1 r1.0.2"), line("committed", "r1.0.1 r1.0.2")]).map(\.tier) == [.worker])
  }

  /// What no answer of the store proves, the client has said.
  @Test(arguments: [("503 no majority", Culprit.Tier.api), ("connectFailed", .client)])
  func aWriteThatWasCalledFailedPointsToWhoSaidSo(error: String, tier: Culprit.Tier) throws {
    let found = try culprits([other], failedBut: error).first { $0.check == "failed-writes" }
    #expect(found?.tier == tier)
    #expect(found?.operation == "r1.0.4")
  }

  @Test(arguments: [
    ("rabbitmq-2", Culprit.Tier.rabbitmq), ("nginx", .proxy), ("haproxy-1", .proxy), ("etcd-3", .etcd),
  ]) func tooFewAnswersPointToTheTierThatWasStruck(_ node: String, _ tier: Culprit.Tier) throws {
    let target = FaultReport.Target(node: node, container: "kvchaos-\(node)", role: "member")
    let fault = FaultReport(label: "kill \(node)", targets: [target], struckAt: 0.001, inEffectAt: 0.001)
    let events = try culprits(
      [line("delivered", "r1.0.1")], faults: [fault], expect: Expectations(availability: .init(duringMinimum: 1)))
    let held = try culprits([line("delivered", "r1.0.1")], faults: [fault])
    #expect(events.contains { $0.check == "availability-during" && $0.tier == tier })
    #expect(!held.contains { $0.check == "availability-during" })
  }

  @Test func gapsAreCountedInEachWorkersOrder() {
    let there: Set<String> = ["a", "c", "e", "x"]
    let lines = ["a", "b", "c", "d", "e", "f", "g"].map { line("committed", $0) }
    let others = ["x", "y", "z"].map { line("committed", $0, instance: "w2") }
    let trails = OperationTrails(logs: [(lines + others).joined(separator: "\n")])
    #expect(trails.gaps { there.contains($0) } == 3)
    #expect(trails.gaps { _ in nil } == 0)
    #expect(trails.gaps { _ in true } == 0)
    let end = OperationTrails(logs: [lines.joined(separator: "\n")])
    #expect(end.gaps { $0 < "d" } == 1)
  }

  @Test func linesThatAreNoTrailsAreNone() {
    let trails = OperationTrails(logs: ["x {\"message\":\"operations of a kind\"}\n{}\nnothing", line("odd", "a")])
    #expect(trails["a"] == OperationTrails.Trail())
    #expect(trails.isEmpty)
  }
}
