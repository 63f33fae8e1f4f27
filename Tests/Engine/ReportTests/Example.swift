import Consistency
import History

@testable import ChaosPlan
@testable import Report

/// Small runs whose reports the golden tests show.
enum Example: String, CaseIterable, Sendable {
  /// All is well.
  case held
  /// A purged queue: an acknowledged write is gone.
  case lost
  /// Interrupted while the fault was there.
  case interrupted

  func files() throws -> ReportFiles {
    let events = events()
    let consistency = try ConsistencyChecker().check(events)
    let judgement = Judgement(record(events), consistency: consistency)
    return ReportFiles(report: judgement.report(), timeline: judgement.timeline())
  }

  private var plan: Plan {
    Plan(
      name: "redis-master-kill", description: "Does a killed Redis master lose anything?",
      workload: WorkloadSettings(clients: 2, keys: 2),
      faults: [
        .fault(
          PlannedFault(
            action: .kill(signal: "SIGKILL"), selector: Selector(tier: Tier(rawValue: "redis"), role: .master),
            at: .zero,
            duration: .fixed(.seconds(8))))
      ],
      expect: Expectations(
        availability: .init(duringMinimum: 0.9, afterMinimum: 0.99), recoveryMaximum: .seconds(15)))
  }

  private func record(_ events: [Event]) -> Judgement.Record {
    let isCut = self == .interrupted
    var fault = FaultReport(
      label: "kill redis master",
      targets: [.init(node: "redis-2", container: "kvchaos-redis-2", role: "master of 5461-10922")], struckAt: 10,
      inEffectAt: 10.2, healOrderedAt: isCut ? 14 : 18, healedAt: isCut ? 14.5 : 18.6)
    if isCut { fault.problems = [] }
    return Judgement.Record(
      plan: plan, path: "chaos/redis-master-kill.yml",
      facts: RunFacts(
        seed: 42, namespace: "r1", startedAt: "2026-01-02T03:04:05Z", secondsLong: isCut ? 15 : 40,
        flavour: "patroni", events: events.count, verdictSeconds: 0.25),
      phases: [
        Phase(name: "steady before", start: 0, end: 10), Phase(name: "faults", start: 10, end: isCut ? 14 : 18.6),
      ] + (isCut ? [] : [Phase(name: "steady after", start: 20, end: 30)]),
      faults: [fault], events: events,
      residue: isCut ? .found(["kvchaos-redis-2 is down (exited)"]) : .found([]),
      nodes: isCut ? .found(["redis-2 is down, exit code 137"]) : .found([]),
      settlement: isCut
        ? nil
        : SettlementSummary(
          acknowledgedWrites: 30, unknownWrites: 1, appliedUnknownWrites: 1, keysRead: 31, unreadKeys: [],
          unansweredAudits: [], drainSeconds: 0.8),
      trafficEnd: isCut ? 14 : 30, recoveredAt: isCut ? nil : 20,
      interruption: isCut ? "interrupted by SIGINT" : nil, obstacle: isCut ? "interrupted by SIGINT" : nil)
  }

  /// A write and a read of a key of its own each second, one of which the fault leaves unknown; then audit and final
  /// reads.
  private func events() -> [Event] {
    var events: [Event] = []
    func add(
      _ seconds: Double, _ process: Int, _ kind: Event.Kind, _ function: String, _ key: String, _ value: Value = .null,
      operation: String? = nil, level: String? = nil, error: String? = nil
    ) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: Int64(seconds * 1e9), process: .client(process), kind: kind,
          function: function, key: key, value: value, operation: operation, error: error, level: level))
    }
    let last = self == .interrupted ? 14 : 30
    for second in 0..<last {
      let time = Double(second)
      let (key, value) = ("r1.fresh.\(second)", Value.string("v\(second)"))
      let operation = "r1.0.\(second)"
      let isUnknown = second == 10
      add(time, isUnknown ? 100 : 0, .invoke, "put", key, value, operation: operation, level: "queued")
      add(
        time + 0.02, isUnknown ? 100 : 0, isUnknown ? .info : .ok, "put", key, value, operation: operation,
        level: "queued",
        error: isUnknown ? "504 Timed out" : nil)
      add(time + 0.5, 1, .invoke, "get", "r1.hot", level: "cache")
      add(time + 0.51, 1, .ok, "get", "r1.hot", level: "cache")
    }
    guard self != .interrupted else { return events }
    for second in 0..<last {
      let isLost = self == .lost && second == 12
      let (key, operation) = ("r1.fresh.\(second)", "r1.0.\(second)")
      let time = 31 + Double(second) / 10
      add(time, 2, .invoke, "operation", key, operation: operation)
      add(time + 0.01, 2, .ok, "operation", key, .bool(!isLost), operation: operation)
      add(time + 0.02, 2, .invoke, "get", key, level: "final")
      add(time + 0.03, 2, .ok, "get", key, isLost ? .null : .string("v\(second)"), level: "final")
      add(time + 0.04, 2, .invoke, "get", key, level: "final-cache")
      add(time + 0.05, 2, .ok, "get", key, isLost ? .null : .string("v\(second)"), level: "final-cache")
    }
    return events
  }
}
