import Consistency
import Report
import Testing
import Workload

@testable import ChaosPlan
@testable import Orchestrator

/// What the report is told of a run, from its machine.
struct RunAccountTests {
  private func machine(_ events: [(RunMachine.Event, at: Int)]) -> RunMachine {
    var machine = RunMachine(
      plan: Plan(
        name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1),
        steadyState: SteadyState(before: .seconds(1), after: .seconds(1)), faults: []),
      strikes: [])
    for (event, second) in events { _ = machine.handle(event, at: .seconds(second)) }
    return machine
  }

  private func served(at second: Int) -> RunMachine.Event {
    var measure = LiveMeasure()
    measure.ok = 100
    measure.lastServedAt = .seconds(second)
    return .tick(measure)
  }

  @Test func aWholeRun() {
    let account = RunAccount(
      machine: machine([
        (.prepared, 1), (served(at: 2), 2), (served(at: 6), 6), (served(at: 8), 8), (.trafficEnded, 9), (.settled, 10),
      ]))
    let phases = account.phases(until: .seconds(12))
    #expect(phases.map(\.name) == ["steady before", "faults", "recovering", "steady after", "ending", "final reads"])
    #expect(phases.map(\.start) == [1, 2, 2, 6, 8, 9])
    #expect(phases.map(\.end) == [2, 2, 6, 8, 9, 10])
    #expect(account.trafficEnd == 8)
    #expect(account.recoveredAt == 6)
    #expect(account.interruption == nil)
    #expect(account.obstacle([]) == nil)
    #expect(account.obstacle(["a", "b"]) == "a; b")
    #expect(account.nodesLimit == .seconds(40))
  }

  @Test(
    arguments: [
      (RunMachine.Event.interrupted(reason: "SIGINT"), "interrupted by SIGINT", true, nil),
      (.failed(reason: "disk full"), "disk full", false, "disk full"),
    ] as [(RunMachine.Event, String, Bool, String?)])
  func aRunThatEndedEarly(event: RunMachine.Event, reason: String, isUser: Bool, failure: String?) throws {
    let account = RunAccount(machine: machine([(.prepared, 1), (event, 2), (.trafficEnded, 3)]))
    #expect(account.interruption == reason)
    #expect(account.obstacle(["a"]) == "\(reason); a")
    #expect(account.nodesLimit == .zero)
    #expect(account.recoveredAt == nil)
    #expect(account.phases(until: .seconds(4)).map(\.end) == [2, 3])
    let report = Judgement(
      Judgement.Record(
        plan: Plan(name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1), faults: []),
        path: "p.yml",
        facts: RunFacts(seed: 1, namespace: "r", startedAt: "", secondsLong: 1, flavour: "patroni", events: 0),
        phases: [], faults: [], events: [], residue: .found([]), nodes: .found([]), settlement: nil, trafficEnd: 1,
        recoveredAt: nil),
      consistency: Decision(OnlineChecker()).consistency
    ).report()
    let result = account.result(report, folder: "f", failures: [])
    #expect(result.wasInterrupted == isUser)
    #expect(result.failure == failure)
    // The reason for which the run ended outranks what failed on the way to its report.
    #expect(account.result(report, folder: "f", failures: ["a"]).failure == (isUser ? "a" : failure))
  }

  /// What the machine found outranks why it ended.
  @Test func anObstacleIsTheFirstReason() {
    var low = LiveMeasure()
    low.fail = 100
    let account = RunAccount(
      machine: machine([(.prepared, 1), (.tick(low), 2), (.interrupted(reason: "SIGINT"), 3)]))
    #expect(account.obstacle([])?.hasPrefix("the store was not steady before the faults") == true)
    #expect(account.interruption == "interrupted by SIGINT")
  }

  @Test func theBoundOfCachedReads() {
    #expect(
      RunOptions.cacheBound(timeToLive: .seconds(60))
        == "cached reads may be stale by 70 s: the cache's time to live, and 10 s for the request that fills it")
  }
}
