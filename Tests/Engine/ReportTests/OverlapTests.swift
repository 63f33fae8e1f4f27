import Consistency
import History
import Testing

@testable import ChaosPlan
@testable import Report

/// Faults that are open at the same time.
@Suite struct OverlapTests {
  /// A write of a key of its own each tenth of a second for 30 s; none is served in 12..<14 and in 20..<21.5.
  private var events: [Event] {
    (0..<300).flatMap { tenth in
      let time = Double(tenth) / 10
      let isServed = !(time >= 12 && time < 14) && !(time >= 20 && time < 21.5)
      return [Event.Kind.invoke, isServed ? .ok : .fail].enumerated().map { step, kind in
        Event(
          index: 2 * tenth + step, timeNanoseconds: Int64((time + 0.01 * Double(step)) * 1e9), process: .client(0),
          kind: kind, function: "put", key: "k\(tenth)", value: .string("v"), operation: "o\(tenth)", level: "queued")
      }
    }
  }

  private func faults(_ faults: [FaultReport]) throws -> [FaultReport] {
    let record = Judgement.Record(
      plan: Plan(
        name: "overlap", description: "", workload: WorkloadSettings(clients: 1, keys: 1), faults: [],
        expect: Expectations()),
      path: "overlap.yml",
      facts: RunFacts(
        seed: 1, namespace: "r", startedAt: "2026-01-02T03:04:05Z", secondsLong: 30, flavour: "patroni",
        events: events.count, verdictSeconds: nil),
      phases: [], faults: faults, events: events, residue: .found([]), nodes: .found([]), settlement: nil,
      trafficEnd: 30,
      recoveredAt: nil,
      interruption: nil, obstacle: nil)
    return Judgement(record, consistency: try ConsistencyChecker().check(events)).report().faults
  }

  /// What is open while another fault strikes is judged by what follows its own heal.
  @Test func theHealOfTheOuterFaultCounts() throws {
    let found = try faults([
      FaultReport(label: "pause", struckAt: 5, healOrderedAt: 20, healedAt: 20.5),
      FaultReport(label: "kill", struckAt: 12, healOrderedAt: 16, healedAt: 16.5),
    ])
    #expect(found.map(\.recovery) == [0, 2])
    #expect(found[0].recoveryAfterHeal.map { ($0 * 10).rounded() } == 15)
    #expect(found[1].recoveryAfterHeal == 0)
  }

  /// After the next strike it is unknown whose disturbance it is.
  @Test func aStrikeAfterTheHealEndsItsTime() throws {
    let found = try faults([
      FaultReport(label: "pause", struckAt: 5, healOrderedAt: 12, healedAt: 12.5),
      FaultReport(label: "kill", struckAt: 13, healOrderedAt: 16, healedAt: 16.5),
    ])
    #expect(found[0].recoveryAfterHeal == nil)
  }
}
