import ChaosPlan
import Consistency
import History

/// Derives a run's report from its record. Pure, so that the same record always gives the same verdict.
public struct Judgement: Sendable {
  /// The record of a run.
  public struct Record: Sendable {
    public var plan: Plan
    public var path: String
    public var facts: RunFacts
    public var phases: [Phase]
    /// Without recoveries, which are measured here.
    public var faults: [FaultReport]
    public var events: [Event]
    /// The residue of faults in the stack.
    public var residue: StackSearch
    /// The nodes that do not do their part in their tier.
    public var nodes: StackSearch
    /// `nil` where the run ended before it.
    public var settlement: SettlementSummary?
    /// When the traffic was told to stop, in seconds.
    public var trafficEnd: Double
    /// When the steady state after began; `nil` where it did not.
    public var recoveredAt: Double?
    /// Why the run ended early; `nil` where it did not.
    public var interruption: String?
    /// Why no verdict can rest on the run, besides what the checks say; `nil` where it can.
    public var obstacle: String?
    public var notes: [String]
    /// The progress of operations according to the services' logs; empty if they wrote none.
    public var trails: OperationTrails

    public init(
      plan: Plan, path: String, facts: RunFacts, phases: [Phase], faults: [FaultReport], events: [Event],
      residue: StackSearch, nodes: StackSearch, settlement: SettlementSummary?, trafficEnd: Double,
      recoveredAt: Double?,
      interruption: String? = nil,
      obstacle: String? = nil, notes: [String] = [], trails: OperationTrails = OperationTrails()
    ) {
      self.plan = plan
      self.path = path
      self.facts = facts
      self.phases = phases
      self.faults = faults
      self.events = events
      self.residue = residue
      self.nodes = nodes
      self.settlement = settlement
      self.trafficEnd = trafficEnd
      self.recoveredAt = recoveredAt
      self.interruption = interruption
      self.obstacle = obstacle
      self.notes = notes
      self.trails = trails
    }
  }

  let record: Record
  let consistency: ConsistencyReport
  let samples: [Sample]
  let rule: RecoveryRule
  var plan: Plan { record.plan }

  public init(_ record: Record, consistency: ConsistencyReport, rule: RecoveryRule = RecoveryRule()) {
    self.record = record
    self.consistency = consistency
    self.rule = rule
    samples = Sample.samples(of: record.events)
  }

  public func timeline() -> Timeline { Timeline(samples) }

  public func report() -> RunReport {
    let faults = measuredFaults()
    let struck = faults.compactMap(\.struckAt).min()
    let disturbance = struck.map { $0...max(record.recoveredAt ?? record.trafficEnd, $0) }
    let windows = Windows(samples, disturbance: disturbance, end: record.trafficEnd, rule: rule)
    let checks =
      consistencyChecks() + [finalReadsCheck(), steadyStateCheck(windows)] + faultChecks(faults)
      + [residueCheck(), nodesCheck()] + expectationChecks(windows, faults)
    let verdict = Verdict(combining: checks.map(\.verdict))
    let lost = LostWriteTracer(record: record, consistency: consistency).lostWrites()
    return RunReport(
      plan: PlanSummary(name: plan.name, description: plan.description, path: record.path), verdict: verdict,
      summary: Self.summary(verdict, checks, interruption: record.interruption), interruption: record.interruption,
      run: record.facts, phases: record.phases, faults: faults, traffic: windows,
      trafficByKind: Dictionary(grouping: samples, by: \.kind).mapValues {
        TrafficSummary($0, secondsLong: record.trafficEnd)
      },
      checks: checks, lostWrites: lost,
      culprits: CulpritFinder(record: record, consistency: consistency, lost: lost, checks: checks)
        .culprits(),
      settlement: record.settlement, errors: errors(), recoveryRule: rule,
      notes: record.notes + consistency.notes)
  }

  private func measuredFaults() -> [FaultReport] {
    let strikes = record.faults.compactMap(\.struckAt).sorted()
    return record.faults.map { fault in
      var fault = fault
      guard let struck = fault.struckAt else { return fault }
      let end = strikes.first { $0 > struck } ?? record.trafficEnd
      let heal = fault.healOrderedAt ?? end
      fault.recovery = rule.recovery(after: struck, horizon: min(heal, end), of: samples, until: end)
      if let healed = fault.healOrderedAt {
        // A fault may be open while others strike: what counts is the first strike after the heal.
        let end = strikes.first { $0 > healed } ?? record.trafficEnd
        if healed < end {
          fault.recoveryAfterHeal = rule.recovery(after: healed, horizon: healed, of: samples, until: end)
        }
      }
      return fault
    }
  }

  private func errors() -> [ErrorCount] {
    var counts: [String: Int] = [:]
    for event in record.events {
      if let error = event.error, event.process != .nemesis { counts[error, default: 0] += 1 }
    }
    return counts.map { ErrorCount(error: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.error) < ($0.count, $1.error) }
  }

  private static func summary(_ verdict: Verdict, _ checks: [CheckReport], interruption: String?) -> String {
    let reasons = checks.filter { $0.verdict == verdict }.map { "\($0.name): \($0.measured)" }
    let sentence =
      switch verdict {
      case .holds: "Held: every check passed."
      case .violated: "Violated: \(reasons.joined(separator: "; "))."
      case .unknown: "Undecided: \(reasons.joined(separator: "; "))."
      }
    return interruption.map { "\(sentence) The run ended early: \($0)." } ?? sentence
  }
}
