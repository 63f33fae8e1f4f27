import ChaosPlan
import Faults
import Stack

/// A fault of the catalogue with its targets.
struct FaultShot {
  var fault: any Fault
  var nodes: [StackNode]
  /// Where in a partition a node is, by its name.
  var places: [String: String] = [:]
  /// Of a partition, the nodes of each side.
  var sides: [PartitionSide: Set<String>] = [:]
}
