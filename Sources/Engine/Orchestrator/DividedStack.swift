import ChaosPlan
import Faults
import Stack

/// The running nodes of a stack on the sides of a partition, and the fault that keeps the sides apart.
public struct DividedStack: Sendable, Hashable {
  /// A client container that stands on one side.
  public struct Guest: Sendable, Hashable {
    public var target: FaultTarget
    public var address: String
    public var side: PartitionSide
    /// Whether it drops packets itself, as the nodes do.
    public var isEnd: Bool

    public init(target: FaultTarget, address: String, side: PartitionSide, isEnd: Bool) {
      self.target = target
      self.address = address
      self.side = side
      self.isEnd = isEnd
    }
  }

  public let partition: Partition
  /// All that are divided: the tier's own and those that are divided with it.
  public let nodes: [StackNode]

  /// Divides the nodes of a tier, and those of the settings' further tiers with them.
  ///
  /// - Parameter divided: the running nodes of the tier itself.
  /// - Throws: `notInjectable` where no node has the role that goes to the minority, or too few nodes run.
  public init(
    _ settings: PartitionSettings, _ divided: [StackNode], in status: StackStatus,
    using generator: inout some RandomNumberGenerator
  ) throws(FaultError) {
    let shape = settings.shape
    if let minority = settings.minority, !divided.contains(where: { $0.roles.contains(minority) }) {
      throw FaultError(
        code: .notInjectable, message: "no running node is \(minority.rawValue), to place on the minority side")
    }
    let parted = shape.divide(divided.map(\.name), using: &generator) { drawn in
      settings.minority.map { Self.first($0, of: drawn, in: divided) } ?? []
    }
    guard var partition = parted else {
      throw FaultError(
        code: .notInjectable,
        message: "\(shape.rawValue) needs \(shape.nodesMinimum) running nodes, but only \(divided.count) run")
    }
    var nodes = divided
    for tier in settings.with {
      let along = status.nodes.filter { $0.tier == tier && $0.state.status == .running && $0.isDivisible }
      partition.add(along.map(\.name), using: &generator) { drawn in
        tier == .redis ? Self.first(.master, of: drawn, in: along) : []
      }
      nodes += along
    }
    self.partition = partition
    self.nodes = nodes
  }

  /// The nodes that go to the minority before any other, in the order drawn.
  ///
  /// A Redis Cluster has several masters, and the masters vote. Its minority gets one of them and replicas of the
  /// others: the master's own replica, and the majority that may promote it, are on the other side.
  private static func first(_ role: Role, of drawn: [String], in nodes: [StackNode]) -> [String] {
    let ordered = drawn.compactMap { name in nodes.first { $0.name == name } }
    let holders = ordered.filter { $0.roles.contains(role) }
    guard role == .master, let master = holders.first else { return holders.map(\.name) }
    let replicas = ordered.filter { $0.roles.contains(.replica) && $0.follows != master.name }
    return [master.name] + replicas.map(\.name)
  }

  /// The nodes on a side.
  public func nodes(on side: PartitionSide) -> [StackNode] {
    nodes.filter { partition.members[side]?.contains($0.name) == true }
  }

  /// The fault. Both ends drop packets in both directions: if one of them is restarted, the other still enforces the
  /// cut.
  ///
  /// - Parameter guests: clients that are cut off with the nodes of their side.
  public func shot(with guests: [Guest] = []) -> FaultShot {
    var parts: [String: NetworkFault.Part] = [:]
    var struck: [StackNode] = []
    for node in nodes {
      let others = nodes.filter { partition.cuts[node.name]?.contains($0.name) == true }
      // A bridge reaches all nodes.
      guard !others.isEmpty else { continue }
      struck.append(node)
      let clients = guests.filter { partition.isCut(node.name, from: $0.side) }
      parts[node.container] = Self.part(others, clients, nearest: node.tier)
    }
    for guest in guests where guest.isEnd {
      let others = nodes.filter { partition.isCut($0.name, from: guest.side) }
      parts[guest.target.container] = Self.part(others, guests.filter { $0.side != guest.side }, nearest: nil)
    }
    let places = struck.reduce(into: [String: String]()) { $0[$1.name] = partition.place(of: $1.name) }
    let fault = NetworkFault(kind: .partition, effect: .drop(percent: 100), parts: parts)
    return FaultShot(fault: fault, nodes: struck, places: places, sides: partition.members)
  }

  private static func part(_ others: [StackNode], _ clients: [Guest], nearest tier: Tier?) -> NetworkFault.Part {
    NetworkFault.Part(
      peers: .addresses(others.compactMap(\.address) + clients.map(\.address)), probes: others.probes(nearest: tier))
  }
}

extension StackNode {
  /// NGINX is not redundant: it stays between the sides, as the entry point for clients of both.
  fileprivate var isDivisible: Bool { tier != .proxy || name.hasPrefix("haproxy") }
}
