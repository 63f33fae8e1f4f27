import ChaosPlan
import Faults
import Stack

extension NetworkAction {
  /// The number of peers used to measure the effect on each target: more would add time but no information.
  private static let probesMaximum = 6

  /// Resolves the action for the current nodes.
  func shot(
    at nodes: [StackNode], in status: StackStatus, using generator: inout some RandomNumberGenerator
  ) throws(FaultError) -> FaultShot {
    if case .partition(let settings) = effect { return try partition(settings, nodes, in: status, using: &generator) }
    let packetPeers = nodes.reduce(into: [String: NetworkFault.Part]()) { parts, target in
      let others = peerNodes(of: target, in: status).filter { !nodes.contains($0) || peers != .everyone }
      parts[target.container] = NetworkFault.Part(
        peers: peers == .everyone ? .everyone : .addresses(others.compactMap(\.address)),
        probes: Self.probes(others, of: target))
    }
    let fault = NetworkFault(
      kind: FaultKind(rawValue: kind.rawValue), effect: packetEffect, direction: packetDirection, parts: packetPeers)
    return FaultShot(fault: fault, nodes: nodes)
  }

  private func partition(
    _ settings: PartitionSettings, _ divided: [StackNode], in status: StackStatus,
    using generator: inout some RandomNumberGenerator
  ) throws(FaultError) -> FaultShot {
    let shape = settings.shape
    let first = divided.filter { node in settings.minority.map { node.roles.contains($0) } ?? false }
    if let minority = settings.minority, first.isEmpty {
      throw FaultError(
        code: .notInjectable, message: "no running node is \(minority.rawValue), to place on the minority side")
    }
    guard
      var partition = shape.divide(divided.map(\.name), first: Set(first.map(\.name)), using: &generator)
    else {
      throw FaultError(
        code: .notInjectable,
        message: "\(shape.rawValue) needs \(shape.nodesMinimum) running nodes, but only \(divided.count) run")
    }
    var nodes = divided
    for tier in settings.with {
      let along = status.nodes.filter { $0.tier == tier && $0.state.status == .running && $0.isDivisible }
      partition.add(along.map(\.name), using: &generator)
      nodes += along
    }
    var parts: [String: NetworkFault.Part] = [:]
    var struck: [StackNode] = []
    for node in nodes {
      let others = nodes.filter { partition.cuts[node.name]?.contains($0.name) == true }
      // A bridge reaches all nodes.
      guard !others.isEmpty else { continue }
      struck.append(node)
      parts[node.container] = NetworkFault.Part(
        peers: .addresses(others.compactMap(\.address)), probes: Self.probes(others, of: node))
    }
    let places = struck.reduce(into: [String: String]()) { $0[$1.name] = partition.place(of: $1.name) }
    // Both ends drop packets in both directions: if one of them is restarted, the other still enforces the cut.
    let fault = NetworkFault(kind: .partition, effect: .drop(percent: 100), parts: parts)
    return FaultShot(fault: fault, nodes: struck, places: places, sides: partition.members)
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

  private static func probes(_ nodes: [StackNode], of target: StackNode) -> [NetworkPeer] {
    // Peers in the same tier first: they matter most for the fault.
    let ordered = nodes.sorted { first, second in
      (first.tier == target.tier ? 0 : 1, first.name) < (second.tier == target.tier ? 0 : 1, second.name)
    }
    return ordered.prefix(probesMaximum).compactMap { node in
      node.address.map { NetworkPeer(container: node.container, address: $0, port: node.tier.tcpPort(of: node.name)) }
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

extension StackNode {
  /// NGINX is not redundant: it stays between the sides, as the entry point for clients of both.
  fileprivate var isDivisible: Bool { tier != .proxy || name.hasPrefix("haproxy") }
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
