import ChaosPlan
import Faults
import Stack

/// Refuses to take down a majority of a tier unless the plan allows it. Pure.
struct MajorityGuard: Sendable {
  let isMajorityLossAllowed: Bool

  /// Why these targets must not be taken down now; `nil` if they may.
  ///
  /// Nodes that are already down count: stopped or paused nodes, and targets of other open faults. For Redis, a
  /// majority of the masters counts too, because the masters vote for a failover.
  ///
  /// - Parameter struck: the names of the nodes that open faults have taken down, or are about to.
  func refusal(of targets: [StackNode], in status: StackStatus, struck: Set<String> = []) -> String? {
    guard !isMajorityLossAllowed else { return nil }
    let hit = Set(targets.map(\.name)).union(struck)
    let tiers = Set(targets.map(\.tier)).sorted { $0.rawValue < $1.rawValue }
    for tier in tiers {
      let nodes = status.nodes.filter { $0.tier == tier }
      let masters = tier == .redis ? nodes.filter { $0.roles.contains(.master) } : []
      for (group, name) in [(nodes, "nodes"), (masters, "masters")] {
        let down = group.filter { hit.contains($0.name) || $0.state.status != .running }
        guard down.count * 2 > group.count else { continue }
        return """
          refused: with \(targets.map(\.name).joined(separator: ", ")), \(down.count) of the \(group.count) \(name) of \
          \(tier.rawValue) would be down, a majority; if this is intended, set \
          `safety: { allow-majority-loss: true }`
          """
      }
    }
    return nil
  }
}
