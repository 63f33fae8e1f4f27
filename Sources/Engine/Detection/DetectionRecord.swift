import Consistency
import Report

/// `detection.json`: every run of a detection so far, so that an interrupted one continues where it stopped.
public struct DetectionRecord: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.detection/1"

  /// One run of a plan, with a bug or without.
  public struct Run: Sendable, Hashable, Codable {
    /// `nil`: the release build, which must raise no alarm.
    public var bug: String?
    public var plan: String
    public var seed: UInt64
    public var verdict: Verdict
    /// The checks that were violated.
    public var alarms: [String]
    /// When the first finding was complete, in seconds since the start of the run.
    public var firstSeenAt: Double?
    /// The whole run, in seconds of its history.
    public var secondsLong: Double
    /// The tier that most findings point to.
    public var culprit: Culprit.Tier?
    /// The folder of its results, relative to the repository if it lies there.
    public var folder: String
    /// Why a verdict is unknown, or a run failed.
    public var note: String?
  }

  public var schema = Self.currentSchema
  /// When the last run ended: ISO 8601, UTC.
  public var updatedAt: String = ""
  /// In the order in which they ran.
  public var runs: [Run] = []

  public func runs(of bug: String?) -> [Run] { runs.filter { $0.bug == bug } }
}

extension DetectionRecord.Run {
  /// What a report says of a run.
  public init(bug: String?, report: RunReport, folder: String) {
    let alarms = report.checks.filter { $0.verdict == .violated }
    self.init(
      bug: bug, plan: report.plan.name, seed: report.run.seed, verdict: report.verdict, alarms: alarms.map(\.name),
      firstSeenAt: alarms.compactMap(\.firstSeenAt).min(), secondsLong: report.run.secondsLong,
      culprit: report.culprits?.first?.tier, folder: folder,
      note: report.verdict == .unknown ? report.summary : nil)
  }
}
