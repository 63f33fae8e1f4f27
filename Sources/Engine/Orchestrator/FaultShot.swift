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
}
