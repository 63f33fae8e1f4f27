import ChaosPlan
import Faults
import Stack

extension FaultAction {
  /// The fault with its targets, for the current nodes.
  ///
  /// - Parameter generator: draws the sides of a partition.
  public func shot(
    at nodes: [StackNode], in status: StackStatus, using generator: inout some RandomNumberGenerator
  ) throws(FaultError) -> FaultShot {
    switch definition.strike {
    case .nodes(let fault): return FaultShot(fault: fault(settings), nodes: nodes)
    case .tier(let count, let fault):
      return FaultShot(
        fault: fault(settings), nodes: nodes.prefix(1).map { $0.tierAsTarget(to: count(settings), in: status) })
    case .packets(let disturbance):
      let (effect, direction) = disturbance(settings)
      return FaultShot(
        fault: NetworkFault(kind: kind, effect: effect, direction: direction, parts: parts(of: nodes, in: status)),
        nodes: nodes)
    case .sides:
      guard let settings = PartitionSettings(self) else {
        preconditionFailure("what divides a tier has a shape")
      }
      return try DividedStack(settings, nodes, in: status, using: &generator).shot()
    }
  }

  /// The part of each target in a fault of packets.
  private func parts(of nodes: [StackNode], in status: StackStatus) -> [String: NetworkFault.Part] {
    let peers = settings.value(of: .peers).map { NetworkPeers(word: $0.text) } ?? .everyone
    return nodes.reduce(into: [:]) { parts, target in
      let others = Self.peerNodes(peers, of: target, in: status).filter { !nodes.contains($0) || peers != .everyone }
      parts[target.container] = NetworkFault.Part(
        peers: peers == .everyone ? .everyone : .addresses(others.compactMap(\.address)),
        probes: others.probes(nearest: target.tier))
    }
  }

  /// The running peers whose traffic with the target is affected.
  private static func peerNodes(
    _ peers: NetworkPeers, of target: StackNode, in status: StackStatus
  ) -> [StackNode] {
    status.nodes.filter { node in
      guard node.name != target.name, node.state.status == .running, node.address != nil else { return false }
      switch peers {
      case .everyone: return true
      case .ownTier: return node.tier == target.tier
      case .tier(let tier): return node.tier == tier
      }
    }
  }
}

extension [StackNode] {
  /// The number of peers used to measure the effect on each target: more would add time but no information.
  private static var probesMaximum: Int { 6 }

  /// The peers that a network fault is measured by. Those in the target's tier come first: they matter most for the
  /// fault.
  func probes(nearest tier: Tier?) -> [NetworkPeer] {
    let ordered = sorted { first, second in
      (first.tier == tier ? 0 : 1, first.name) < (second.tier == tier ? 0 : 1, second.name)
    }
    return ordered.prefix(Self.probesMaximum).compactMap { node in
      node.address.map { NetworkPeer(container: node.container, address: $0, port: node.tier.tcpPort(of: node.name)) }
    }
  }
}

extension StackNode {
  /// The node's whole tier as what is struck, by its name.
  fileprivate func tierAsTarget(to count: Int, in status: StackStatus) -> StackNode {
    var target = self
    (target.name, target.container, target.roles) = (tier.rawValue, tier.rawValue, [])
    target.detail = "\(status.nodes.count { $0.tier == tier }) containers, then \(count)"
    return target
  }
}

extension Tier {
  /// A port that the tier's nodes listen on, to measure connections by; `nil` where there is none that all have.
  fileprivate func tcpPort(of node: String) -> Int? {
    switch self {
    case .proxy: node.hasPrefix("haproxy") ? 5_672 : 8_000
    case .api: 8_080
    case .redis: 6_379
    case .rabbitmq: 5_672
    case .etcd: 2_379
    // A worker listens nowhere; Patroni's port is PostgreSQL's, and CockroachDB's is another.
    default: nil
    }
  }
}
