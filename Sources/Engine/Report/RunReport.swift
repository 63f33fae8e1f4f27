import Consistency

/// The complete result of a run: `report.json`. The other reports are generated from this and the timeline alone.
///
/// The schema is stable: fields are added, never renamed or dropped, under one value of `schema`.
public struct RunReport: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.report/1"

  public var schema = Self.currentSchema
  public var plan: PlanSummary
  public var verdict: Verdict
  /// One sentence: the verdict and its reason.
  public var summary: String
  /// Why the run ended before its plan did; `nil` where it did not.
  public var interruption: String?
  public var run: RunFacts
  public var phases: [Phase]
  public var faults: [FaultReport]
  public var traffic: Windows
  /// Of the whole traffic, by operation and level: `put queued`.
  public var trafficByKind: [String: TrafficSummary]
  /// The checks with their verdicts, in the order of the report.
  public var checks: [CheckReport]
  public var lostWrites: [LostWrite]
  /// The tiers at which it went wrong; `nil` in reports of before there were any.
  public var culprits: [Culprit]?
  public var settlement: SettlementSummary?
  /// How often each error was recorded in the traffic, the most frequent first.
  public var errors: [ErrorCount]
  public var recoveryRule: RecoveryRule
  public var notes: [String]

  public subscript(check name: String) -> CheckReport? { checks.first { $0.name == name } }
}

public struct PlanSummary: Sendable, Hashable, Codable {
  public var name: String
  public var description: String
  /// As the user named it.
  public var path: String
}

public struct RunFacts: Sendable, Hashable, Codable {
  public var seed: UInt64
  /// Begins every key and operation id of the run.
  public var namespace: String
  /// ISO 8601, UTC.
  public var startedAt: String
  /// From the first operation to the last answer.
  public var secondsLong: Double
  /// The flavour of the SQL tier.
  public var flavour: String
  /// The Docker Engine that the stack ran on; `nil` in reports of before it was said.
  public var engine: String?
  public var events: Int
  /// From the last event of the history to the consistency verdict; `nil` where it was not measured.
  public var verdictSeconds: Double?

  public init(
    seed: UInt64, namespace: String, startedAt: String, secondsLong: Double, flavour: String, engine: String? = nil,
    events: Int, verdictSeconds: Double? = nil
  ) {
    self.seed = seed
    self.namespace = namespace
    self.startedAt = startedAt
    self.secondsLong = secondsLong
    self.flavour = flavour
    self.engine = engine
    self.events = events
    self.verdictSeconds = verdictSeconds
  }
}

/// A stretch of the run, in seconds since its start.
public struct Phase: Sendable, Hashable, Codable {
  public var name: String
  public var start: Double
  public var end: Double

  public init(name: String, start: Double, end: Double) {
    self.name = name
    self.start = start
    self.end = end
  }
}

/// A fault as it happened. Times in seconds since the start of the run.
public struct FaultReport: Sendable, Hashable, Codable {
  /// `kill redis master`.
  public var label: String
  public var targets: [Target]
  /// When it was ordered; `nil` where it never was.
  public var struckAt: Double?
  /// When its effect was measured.
  public var inEffectAt: Double?
  /// When its heal was ordered.
  public var healOrderedAt: Double?
  /// When its heal was verified (the process runs again; the node may still be catching up).
  public var healedAt: Double?
  /// Seconds from the strike until service was back, by the recovery rule; `nil` where it was not, before the next
  /// fault or the end.
  public var recovery: Double?
  /// The same from the heal on.
  public var recoveryAfterHeal: Double?
  /// What went wrong with the fault itself.
  public var problems: [String]
  /// What could not be healed, one line for each target; `nil` if everything was, and in older reports without this
  /// field.
  public var notHealed: [String]?
  /// Why it was not, or not certainly, in effect until its heal, a line each target; `nil` where it was.
  public var endedEarly: [String]?
  /// Why a random fault was left out, which is no problem; `nil` where it was not.
  public var skipped: String?

  public struct Target: Sendable, Hashable, Codable {
    /// `redis-2`.
    public var node: String
    public var container: String
    /// What it was when it was struck: `master of 0-5460`.
    public var role: String

    public init(node: String, container: String, role: String) {
      self.node = node
      self.container = container
      self.role = role
    }
  }

  public init(
    label: String, targets: [Target] = [], struckAt: Double? = nil, inEffectAt: Double? = nil,
    healOrderedAt: Double? = nil, healedAt: Double? = nil, recovery: Double? = nil, recoveryAfterHeal: Double? = nil,
    problems: [String] = [], skipped: String? = nil
  ) {
    self.label = label
    self.targets = targets
    self.struckAt = struckAt
    self.inEffectAt = inEffectAt
    self.healOrderedAt = healOrderedAt
    self.healedAt = healedAt
    self.recovery = recovery
    self.recoveryAfterHeal = recoveryAfterHeal
    self.problems = problems
    self.skipped = skipped
  }

  /// What there is to say of the fault besides its times.
  var remarks: String {
    ((skipped.map { ["left out: \($0)"] } ?? []) + problems).joined(separator: "; ")
  }
}

/// One line of the verdict.
public struct CheckReport: Sendable, Hashable, Codable {
  /// A word with hyphens: `lost-writes`, `availability-during`.
  public var name: String
  public var question: String
  public var verdict: Verdict
  public var expected: String
  public var measured: String
  /// Whether there was anything to judge.
  public var isExamined = true
  /// What shows a violation, a line each.
  public var findings: [String] = []
  public var note: String?
  /// When the first finding was complete, in seconds since the start of the run.
  public var firstSeenAt: Double?
}

/// An acknowledged write that is gone: acknowledged, or of unknown outcome and then found in the store's record.
public struct LostWrite: Sendable, Hashable, Codable {
  public var operation: String
  /// `put` or `delete`.
  public var function: String
  public var key: String
  public var value: String?
  public var level: String
  /// Seconds since the start. Of a write of unknown outcome, when the store's record first had it.
  public var acknowledgedAt: Double
  /// `true`: no answer acknowledged it, the store's record did. `nil`: it was acknowledged.
  public var isSettled: Bool?
  /// What each tier says of it, where it was asked.
  public var evidence: [String]
}

/// The queries and results of the final phase.
public struct SettlementSummary: Sendable, Hashable, Codable {
  public var acknowledgedWrites: Int
  public var unknownWrites: Int
  /// `nil` in reports of runs that did not audit them.
  public var refusedWrites: Int?
  /// Unknown writes that turned out to have been applied.
  public var appliedUnknownWrites: Int
  public var keysRead: Int
  /// Keys whose final read got no answer.
  public var unreadKeys: [String]
  /// Operation ids whose audit got no answer.
  public var unansweredAudits: [String]
  public var drainSeconds: Double

  public init(
    acknowledgedWrites: Int, unknownWrites: Int, refusedWrites: Int? = nil, appliedUnknownWrites: Int, keysRead: Int,
    unreadKeys: [String], unansweredAudits: [String], drainSeconds: Double
  ) {
    self.acknowledgedWrites = acknowledgedWrites
    self.unknownWrites = unknownWrites
    self.refusedWrites = refusedWrites
    self.appliedUnknownWrites = appliedUnknownWrites
    self.keysRead = keysRead
    self.unreadKeys = unreadKeys
    self.unansweredAudits = unansweredAudits
    self.drainSeconds = drainSeconds
  }
}

public struct ErrorCount: Sendable, Hashable, Codable {
  public var error: String
  public var count: Int
}
