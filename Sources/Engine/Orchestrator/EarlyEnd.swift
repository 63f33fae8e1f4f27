import ChaosPlan
import Report

/// Distinguishes a fault that something else ended early from one that the run itself ended. Pure.
enum EarlyEnd {
  /// Whether another fault of the run explains why this one was not in effect until its heal.
  ///
  /// A random fault may be ended by any other fault that was open meanwhile: the seed drew both, and no expectation
  /// depends on either. A planned fault may be ended only by the fault that has taken down its node now.
  ///
  /// - Parameters:
  ///   - index: of the fault that ended early, in both lists.
  ///   - node: that it ended on.
  static func isOwnDoing(_ index: Int, on node: String, _ strikes: [Strike], _ reports: [FaultReport]) -> Bool {
    guard let struck = reports[index].struckAt else { return false }
    return reports.indices.contains { other in
      guard other != index, reports[other].struckAt != nil, reports[other].healedAt ?? .infinity >= struck else {
        return false
      }
      if strikes[index].isOptional { return true }
      return reports[other].healedAt == nil && strikes[other].fault.action.kind.takesNodesDown
        && reports[other].targets.contains { $0.node == node }
    }
  }
}
