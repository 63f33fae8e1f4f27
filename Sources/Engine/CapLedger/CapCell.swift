import Consistency
import Presentation

/// A cell of the ledger: the results of one run of a tier, a workload and a fault, in numbers.
public struct CapCell: Sendable, Hashable, Codable {
  /// Requests by outcome. Refused: certainly not done. Unknown: no answer in time, or one that leaves it open.
  public struct Answers: Sendable, Hashable, Codable {
    public var ok = 0
    public var refused = 0
    public var unknown = 0
  }

  /// What the clients of one side saw.
  public struct Side: Sendable, Hashable, Codable {
    public var name: String
    /// Nodes that it could reach during the fault.
    public var nodes: Int
    public var hasMajority: Bool
    /// By the time of the call: before the strike, until the heal begins, and later.
    public var before: Answers
    public var during: Answers
    public var after: Answers
    /// `AnsweredShare` of the fault, 0...1; `nil` where no client called.
    public var answeredShare: Double?
    /// The same for the last three seconds of the fault, when every node that can continue has had time to.
    public var settledShare: Double?
    public var acknowledgedWrites: Int
    /// Acknowledged writes that were looked for at the end.
    public var examinedWrites: Int
    /// Those that are certainly gone.
    public var lostWrites: Int
    public var reads: Int
    public var staleReads: Int
    /// How far behind the oldest stale read was, in seconds.
    public var stalestSeconds: Double?
    /// Values that were never written, or whose write had been refused as certainly not done.
    public var inventedValues: Int
    /// Sums of all balances that were read, and the wrong ones (bank).
    public var sums: Int
    public var wrongSums: Int
    /// Seconds from the strike until every calling client was answered again (`RecoveryRule`); `nil`: not seen.
    public var recovery: Double?
    /// The same from the heal.
    public var recoveryAfterHeal: Double?
    /// The answers second by second, as `Sparkline` draws them.
    public var timeline: String
  }

  /// The results of the final reads, when all was quiet.
  public struct Final: Sendable, Hashable, Codable {
    public var inventedValues = 0
    public var sums = 0
    public var wrongSums = 0
  }

  public var tier: String
  public var variant: String
  public var workload: CapRecord.Workload
  public var fault: String
  public var struckTier: String
  public var isPartition: Bool
  public var flavour: String
  public var startedAt: String
  /// From the strike to where the heal begins.
  public var secondsOfFault: Double?
  public var clientTimeout: Double
  public var settings: [CapRecord.LiveSetting]
  public var sides: [Side]
  public var final: Final
  /// Deliveries that came again, and elements that came out of order (queue).
  public var duplicates: Int?
  public var outOfOrder: Int?
  /// `nil` for workloads that have no such verdict (queue, bank).
  public var linearizable: Verdict?
  /// Operations that cannot be put in one order, as few as possible: a sentence and a drawing.
  public var counterexample: [String]?
  /// The recovery time that the tier's live settings promise; `nil` if they promise nothing.
  public var promise: Promise?
  /// The cell's problems: with any, it counts neither for a label nor for a claim.
  public var problems: [String]
  /// What could not be looked at, for people; it leaves the consistency unknown where nothing else was found.
  public var notes: [String]
  /// The answers second by second; `nil` in an older ledger, which did not keep them, and where no client called.
  public var course: Course?

  public var name: String { "\(tier)-\(variant)-\(workload.rawValue)-\(fault)" }
}

extension CapCell {
  /// A number of all sides together.
  func total(_ number: (Side) -> Int) -> Int { sides.reduce(0) { $0 + number($1) } }

  public var lostWrites: Int { total(\.lostWrites) }
  public var examinedWrites: Int { total(\.examinedWrites) }
  public var staleReads: Int { total(\.staleReads) }
  public var stalestSeconds: Double? { sides.compactMap(\.stalestSeconds).max() }
  public var inventedValues: Int { total(\.inventedValues) + final.inventedValues }
  public var sums: Int { total(\.sums) + final.sums }
  public var wrongSums: Int { total(\.wrongSums) + final.wrongSums }

  /// Whether the cell was consistent, as far as its workload can show: nothing lost, stale or invented, no wrong sum,
  /// and linearizable if that was judged. One problem is enough for `violated`; anything not examined leaves `unknown`.
  public var consistency: Verdict {
    if lostWrites + staleReads + inventedValues + wrongSums > 0 { return .violated }
    let isAudited =
      workload == .bank ? sums > 0 : examinedWrites > 0 && examinedWrites == total(\.acknowledgedWrites)
    return (isAudited ? Verdict.holds : .unknown).merged(with: linearizable ?? .holds)
  }

  /// The cell in a line, for a terminal.
  public var summary: String {
    let served = sides.map { side in "\(side.name) answered \(side.answeredShare.map { Numbers.percent($0) } ?? "-")" }
    let recovery = sides.map { Numbers.seconds($0.recovery) }.joined(separator: ", ")
    let end = problems.isEmpty ? "" : "; problem: \(problems.joined(separator: "; "))"
    return "\(name): amiss: \(amiss); \(served.joined(separator: ", ")); recovery \(recovery)\(end)"
  }

  /// Whether the network cut nodes off from each other while clients stood on every side of the cut.
  var hasSides: Bool { isPartition && sides.count > 1 }

  /// The share of the last three seconds of the fault in which the worst-off side was answered; `nil` where some side
  /// did not call.
  public var leastSettledShare: Double? {
    let shares = sides.compactMap(\.settledShare)
    return shares.count == sides.count ? shares.min() : nil
  }

  /// The slowest recovery from the strike of the sides that could go on, for the promise; `nil`: not seen, or no such
  /// side.
  var promisedRecovery: Double? {
    let able = sides.filter(\.canGoOn)
    let seen = able.compactMap(\.recovery)
    return seen.count == able.count ? seen.max() : nil
  }

  /// What the live settings promise to a side; `nil` if nothing: it cannot go on, or a remedy refuses on purpose.
  func promise(to side: Side) -> Double? {
    guard let promise, !promise.isRefusalThePoint, side.canGoOn else { return nil }
    return promise.seconds
  }

  /// Whether a side's recovery took longer than it was promised, by more than a client can tell (its own timeout).
  func isOverPromise(_ side: Side) -> Bool {
    guard let promised = promise(to: side) else { return false }
    guard let recovery = side.recovery else { return true }
    return recovery > promised + clientTimeout
  }

  /// Whether recovery of some side took longer than the live settings promise.
  public var isOverPromise: Bool { sides.contains(where: isOverPromise) }
}

extension CapCell.Side {
  /// Whether nothing but time is needed for its nodes to serve.
  var canGoOn: Bool { hasMajority && nodes > 0 }
}
