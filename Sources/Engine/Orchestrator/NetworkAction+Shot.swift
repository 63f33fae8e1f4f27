import ChaosPlan
import Faults
import Stack

extension NetworkAction {
  /// Resolves the action for the current nodes.
  public func shot(
    at nodes: [StackNode], in status: StackStatus, using generator: inout some RandomNumberGenerator
  ) throws(FaultError) -> FaultShot {
    if case .partition(let settings) = effect {
      return try DividedStack(settings, nodes, in: status, using: &generator).shot()
    }
    let packetPeers = nodes.reduce(into: [String: NetworkFault.Part]()) { parts, target in
      let others = peerNodes(of: target, in: status).filter { !nodes.contains($0) || peers != .everyone }
      parts[target.container] = NetworkFault.Part(
        peers: peers == .everyone ? .everyone : .addresses(others.compactMap(\.address)),
        probes: others.probes(nearest: target.tier))
    }
    let fault = NetworkFault(
      kind: FaultKind(rawValue: kind.rawValue), effect: packetEffect, direction: packetDirection, parts: packetPeers)
    return FaultShot(fault: fault, nodes: nodes)
  }

  /// The running peers whose traffic with the target is affected.
  private func peerNodes(of target: StackNode, in status: StackStatus) -> [StackNode] {
    status.nodes.filter { node in
      guard node.name != target.name, node.state.status == .running, node.address != nil else { return false }
      switch peers {
      case .everyone: return true
      case .ownTier: return node.tier == target.tier
      case .tier(let tier): return node.tier == tier
      }
    }
  }

  private var packetEffect: PacketEffect {
    switch effect {
    case .isolate, .partition: .drop(percent: 100)
    case .loss(let percent): .drop(percent: percent)
    case .reset(let percent): .reset(percent: percent)
    case .latency(let delay, let jitter): .delay(delay, jitter: jitter)
    case .bandwidth(let bitsPerSecond): .throttle(bitsPerSecond: bitsPerSecond)
    case .nameResolution: .dropNameQueries
    }
  }

  private var packetDirection: PacketDirection {
    switch direction {
    case .both: .both
    case .inbound: .inbound
    case .outbound: .outbound
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

extension Tier {
  /// A port that the tier's nodes listen on, to measure connections by; `nil` where there is none that all have.
  fileprivate func tcpPort(of node: String) -> Int? {
    switch self {
    case .proxy: node.hasPrefix("haproxy") ? 5_672 : 8_000
    case .api: 8_080
    case .redis: 6_379
    case .rabbitmq: 5_672
    case .etcd: 2_379
    // Patroni's port is PostgreSQL's; CockroachDB's is another.
    case .sql: nil
    case .worker: nil
    }
  }
}
