import Consistency
import History
import Report
import Testing

@testable import ChaosPlan
@testable import Orchestrator

/// What a run does when its own parts fail.
@Suite struct DecisionTests {
  private func event(_ kind: Event.Kind, _ index: Int) -> Event {
    Event(
      index: index, timeNanoseconds: Int64(index), process: .client(0), kind: kind, function: "put", key: "k",
      value: .string("v"), operation: "o", level: "queued")
  }

  @Test func aHistoryThatIsOneIsJudged() {
    let checker = OnlineChecker()
    checker.record(event(.invoke, 0))
    checker.record(event(.ok, 1))
    let decision = Decision(checker)
    #expect(decision.failure == nil)
    #expect(decision.consistency.operations == 1)
  }

  /// A completion without invocation: the checker throws, and there is a report all the same, which says so.
  @Test func aCheckerThatFailsCostsNoReport() {
    let checker = OnlineChecker()
    let events = [event(.ok, 0)]
    for event in events { checker.record(event) }
    let decision = Decision(checker)
    #expect(decision.failure?.hasPrefix("the history could not be judged: ") == true)
    let report = Judgement(
      Judgement.Record(
        plan: Plan(name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1), faults: []),
        path: "p.yml",
        facts: RunFacts(seed: 1, namespace: "r", startedAt: "", secondsLong: 1, flavour: "patroni", events: 1),
        phases: [], faults: [], events: events, residue: .found([]), nodes: .found([]), settlement: nil, trafficEnd: 1,
        recoveredAt: nil,
        obstacle: decision.failure),
      consistency: decision.consistency
    ).report()
    #expect(report.verdict == .unknown)
    #expect(report[check: "run"]?.measured == decision.failure)
    #expect(report[check: "lost-writes"]?.isExamined == false || report[check: "lost-writes"]?.verdict == .unknown)
  }

  @Test(
    arguments: [
      (Verdict.holds, true, nil, 130), (.holds, false, "disk full", 70), (.violated, true, "disk full", 1),
      (.unknown, true, "disk full", 130), (.unknown, false, nil, 2), (.holds, false, nil, 0),
    ] as [(Verdict, Bool, String?, Int32)])
  func aViolationOutranksWhateverEndedTheRun(verdict: Verdict, isInterrupted: Bool, failure: String?, status: Int32) {
    var report = Judgement(
      Judgement.Record(
        plan: Plan(name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1), faults: []),
        path: "p.yml",
        facts: RunFacts(seed: 1, namespace: "r", startedAt: "", secondsLong: 1, flavour: "patroni", events: 0),
        phases: [], faults: [], events: [], residue: .found([]), nodes: .found([]), settlement: nil, trafficEnd: 1,
        recoveredAt: nil),
      consistency: Decision(OnlineChecker()).consistency
    ).report()
    report.verdict = verdict
    #expect(RunResult(report: report, folder: "", wasInterrupted: isInterrupted, failure: failure).exitStatus == status)
  }
}
