import Consistency

/// Whether the suite sees what it should, and nothing else.
public struct DetectionVerdict: Sendable, Hashable {
  /// Bugs that were caught too rarely.
  public var escaped: [String] = []
  /// Plans that raised an alarm without a bug.
  public var falseAlarms: [String] = []

  public init(_ record: DetectionRecord, bugs: [String]) {
    for bug in bugs {
      let runs = record.runs(of: bug)
      let caught = runs.count { $0.verdict == .violated }
      if Double(caught) < DetectionReport.goal * Double(runs.count) { escaped.append(bug) }
    }
    falseAlarms = record.runs(of: nil).filter { $0.verdict == .violated && bugs.contains($0.plan) }.map(\.plan)
  }

  public var isReached: Bool { escaped.isEmpty && falseAlarms.isEmpty }
}
