import ChaosPlan
import Faults
import Stack

/// A fault of the catalogue with its targets.
public struct FaultShot: Sendable {
  public var fault: any Fault
  public var nodes: [StackNode]
  /// Where in a partition a node is, by its name.
  var places: [String: String] = [:]
  /// Of a partition, the nodes of each side.
  var sides: [PartitionSide: Set<String>] = [:]

  /// A tier of another size: what is struck is the tier of a node, by its name.
  static func scaling(_ node: StackNode, to count: Int, in status: StackStatus) -> FaultShot {
    var tier = node
    (tier.name, tier.container, tier.roles) = (node.tier.rawValue, node.tier.rawValue, [])
    tier.detail = "\(status.nodes.count { $0.tier == node.tier }) containers, then \(count)"
    return FaultShot(fault: ScaleFault(to: count), nodes: [tier])
  }
}
