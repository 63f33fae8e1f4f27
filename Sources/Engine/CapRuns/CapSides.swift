import ChaosPlan
import Randomness
import Stack

/// Assigns nodes and clients to the sides of a cell's partition. Pure.
struct CapSides: Sendable, Hashable {
  var minority: [StackNode]
  var majority: [StackNode]

  /// - Parameter seed: decides between equivalent nodes.
  /// - Returns: `nil` where no node has the role that goes to the minority, or there are fewer than two nodes.
  static func divide(
    _ settings: PartitionSettings, tier: Tier, in status: StackStatus, seed: UInt64
  ) -> CapSides? {
    var random = SplitMix64(seed: seed, stream: .cellSides)
    var sides = CapSides(minority: [], majority: [])
    for divided in [tier] + settings.with {
      let role = divided == tier ? settings.minority : nil
      let nodes = status.nodes.filter {
        $0.tier == divided && $0.state.status == .running && !isBetween($0)
      }.sorted { $0.name < $1.name }.shuffled(using: &random)
      guard nodes.count > 1 else {
        if divided == tier { return nil }
        // One of its kind is on the side of the many.
        sides.majority += nodes
        continue
      }
      let first =
        divided == .redis ? redisFirst(nodes) : nodes.filter { node in role.map { node.roles.contains($0) } ?? false }
      if role != nil, first.isEmpty { return nil }
      let ordered = first + nodes.filter { node in !first.contains { $0.name == node.name } }
      sides.minority += ordered.prefix(nodes.count / 2)
      sides.majority += ordered.dropFirst(nodes.count / 2)
    }
    return sides
  }

  /// NGINX, which is not redundant, reaches both sides.
  private static func isBetween(_ node: StackNode) -> Bool { node.tier == .proxy && !node.name.hasPrefix("haproxy") }

  /// Of a Redis Cluster, one master, and replicas of the others: its own replica, and the majority of the masters,
  /// which may promote it, are on the other side.
  private static func redisFirst(_ nodes: [StackNode]) -> [StackNode] {
    guard let master = nodes.first(where: { $0.roles.contains(.master) }) else { return [] }
    let replicas = nodes.filter { $0.roles.contains(.replica) && $0.follows != master.name }
    return [master] + replicas
  }

  /// Whether nodes could make a majority of a tier: in a Redis Cluster the masters count, because they vote.
  static func hasMajority(_ nodes: [StackNode], of tier: Tier, in status: StackStatus) -> Bool {
    let voters = status.nodes.filter { $0.tier == tier && (tier != .redis || $0.roles.contains(.master)) }
    let there = voters.filter { voter in nodes.contains { $0.name == voter.name } }
    return there.count * 2 > voters.count
  }
}
