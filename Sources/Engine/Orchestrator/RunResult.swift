import Consistency
import Report

/// A run that has a report.
public struct RunResult: Sendable {
  public var report: RunReport
  /// The folder of the results.
  public var folder: String
  /// Whether the user ended it.
  public var wasInterrupted: Bool
  /// Why the run itself failed; `nil` if it did not.
  public var failure: String?

  /// 0 held, 1 violated, 2 unknown, 70 internal fault, 130 interrupted. A violation outranks the reason for which the
  /// run ended.
  public var exitStatus: Int32 {
    switch report.verdict {
    case .violated: 1
    case _ where wasInterrupted: 130
    case _ where failure != nil: 70
    case .holds: 0
    case .unknown: 2
    }
  }
}
