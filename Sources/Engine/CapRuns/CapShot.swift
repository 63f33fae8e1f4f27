import CapLedger
import ChaosPlan
import Faults
import Stack
import Workload

/// Resolves a cell's fault for the current nodes and clients.
struct CapShot {
  /// The clients of one side: their container, and where they are.
  struct ClientGroup: Sendable, Hashable {
    /// `all`, `minority`, `majority`.
    var side: String
    var container: String
    var address: String
    var firstProcess: Int
  }

  var fault: any Fault
  var targets: [FaultTarget]
  /// The names of the nodes that are struck, or cut off on the smaller side.
  var struck: [String]
  /// The sides of the record, in the order of the client groups.
  var sides: [CapRecord.Side]

  /// The number of nodes used to measure a cut: more would add time but no information.
  private static let probesMaximum = 4

  /// - Throws: `FaultError` (`notInjectable`), `StackError` (`noTarget`).
  static func aim(
    _ cell: CapPlanCell, in status: StackStatus, clients: [ClientGroup], processes: Int, seed: UInt64
  ) throws -> CapShot {
    guard let tier = cell.fault.selector.tier else {
      throw CapRunError(code: .internalFault, message: "the fault \(cell.fault.name) strikes no tier")
    }
    if let settings = cell.fault.partition {
      return try partition(settings, tier, status, clients, processes, seed)
    }
    var random = SplitMix64(seed: seed, stream: 2)
    let nodes = try status.resolve(cell.fault.selector, using: &random)
    let left = scope(of: cell, in: status).filter { node in !nodes.contains { $0.name == node.name } }
    let sides = clients.map { group in
      side(group.side, left, tier, status, group, processes)
    }
    return CapShot(
      fault: try single(cell.fault.action, nodes, left), targets: nodes.map(\.target), struck: nodes.map(\.name),
      sides: sides)
  }

  /// The nodes that a cell's clients have to do with, itself or through others.
  private static func scope(of cell: CapPlanCell, in status: StackStatus) -> [StackNode] {
    let running = status.nodes.filter { $0.state.status == .running }
    return running.filter { node in cell.tier.tier.map { node.tier == $0 } ?? true }
  }

  private static func single(
    _ action: FaultAction, _ nodes: [StackNode], _ others: [StackNode]
  ) throws(FaultError) -> any Fault {
    switch action.definition.strike {
    case .nodes(let fault): return fault(action.settings)
    case .packets(let disturbance):
      let part = NetworkFault.Part(peers: .everyone, probes: peers(others))
      let (effect, direction) = disturbance(action.settings)
      return NetworkFault(
        kind: action.kind, effect: effect, direction: direction,
        parts: Dictionary(uniqueKeysWithValues: nodes.map { ($0.container, part) }))
    case .tier, .sides:
      throw FaultError(code: .notInjectable, message: "\(action.kind.rawValue) cannot be the fault of a cell")
    }
  }

  /// Both ends drop packets in both directions, as in a plan: if a node of one side is restarted, the other still
  /// enforces the cut. The clients of the majority are no end of it: nothing starts them again.
  private static func partition(
    _ settings: PartitionSettings, _ tier: Tier, _ status: StackStatus, _ clients: [ClientGroup], _ processes: Int,
    _ seed: UInt64
  ) throws -> CapShot {
    guard let divided = CapSides.divide(settings, tier: tier, in: status, seed: seed) else {
      let role = settings.minority?.rawValue ?? "member"
      throw FaultError(code: .notInjectable, message: "no running node of \(tier.rawValue) is \(role)")
    }
    let far = clients.filter { $0.side == PartitionSide.majority.rawValue }
    let near = clients.filter { $0.side == PartitionSide.minority.rawValue }
    var parts: [String: NetworkFault.Part] = [:]
    var targets: [FaultTarget] = []
    func cut(_ target: FaultTarget, of tier: Tier?, from nodes: [StackNode], _ clients: [ClientGroup]) {
      // Peers in the same tier first: they matter most for the fault.
      let ordered = nodes.filter { $0.tier == tier } + nodes.filter { $0.tier != tier }
      parts[target.container] = NetworkFault.Part(
        peers: .addresses(nodes.compactMap(\.address) + clients.map(\.address)), probes: peers(ordered))
      targets.append(target)
    }
    for node in divided.minority { cut(node.target, of: node.tier, from: divided.majority, far) }
    for group in near {
      let target = FaultTarget(node: "clients of the minority", container: group.container)
      cut(target, of: nil, from: divided.majority, far)
    }
    for node in divided.majority { cut(node.target, of: node.tier, from: divided.minority, near) }
    let sides = clients.map { group in
      let nodes = group.side == PartitionSide.minority.rawValue ? divided.minority : divided.majority
      return side(group.side, nodes, tier, status, group, processes)
    }
    return CapShot(
      fault: NetworkFault(kind: .partition, effect: .drop(percent: 100), parts: parts), targets: targets,
      struck: divided.minority.map(\.name), sides: sides)
  }

  private static func side(
    _ name: String, _ nodes: [StackNode], _ tier: Tier, _ status: StackStatus, _ group: ClientGroup, _ processes: Int
  ) -> CapRecord.Side {
    CapRecord.Side(
      name: name, nodes: nodes.map(\.name).sorted(),
      processes: Array(group.firstProcess..<(group.firstProcess + processes)),
      hasMajority: CapSides.hasMajority(nodes, of: tier, in: status))
  }

  private static func peers(_ nodes: [StackNode]) -> [NetworkPeer] {
    nodes.prefix(probesMaximum).compactMap { node in
      node.address.map { NetworkPeer(container: node.container, address: $0) }
    }
  }
}
