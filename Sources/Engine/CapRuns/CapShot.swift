import CapLedger
import ChaosPlan
import Failures
import Faults
import Orchestrator
import Randomness
import Stack

/// Resolves a cell's fault for the current nodes and clients.
struct CapShot {
  /// The clients of one side: their container, and where they are.
  struct ClientGroup: Sendable, Hashable {
    /// `all`, `minority`, `majority`.
    var side: String
    var container: String
    var address: String
    /// The first process numbers of its clients.
    var processes: [Int]
  }

  var fault: any Fault
  var targets: [FaultTarget]
  /// The names of the nodes that are struck, or cut off on the smaller side.
  var struck: [String]
  /// The sides of the record, in the order of the client groups.
  var sides: [CapRecord.Side]

  /// - Throws: `FaultError` (`notInjectable`), `StackError` (`noTarget`).
  static func aim(
    _ cell: CapPlanCell, in status: StackStatus, clients: [ClientGroup], seed: UInt64
  ) throws -> CapShot {
    guard let tier = cell.fault.selector.tier else {
      throw CommandError(.internalFault, "the fault \(cell.fault.name) strikes no tier")
    }
    if let settings = cell.fault.partition {
      return try partition(settings, tier, status, clients, seed)
    }
    var random = SplitMix64(seed: seed, stream: .cellTargets)
    let nodes = try status.resolve(cell.fault.selector, using: &random)
    let left = scope(of: cell, in: status).filter { node in !nodes.contains { $0.name == node.name } }
    let sides = clients.map { side($0, left, tier, status) }
    return CapShot(
      fault: try single(cell.fault.action, nodes, status, &random), targets: nodes.map(\.target),
      struck: nodes.map(\.name), sides: sides)
  }

  /// The nodes that a cell's clients have to do with, itself or through others.
  private static func scope(of cell: CapPlanCell, in status: StackStatus) -> [StackNode] {
    let running = status.nodes.filter { $0.state.status == .running }
    return running.filter { node in cell.tier.tier.map { node.tier == $0 } ?? true }
  }

  private static func single(
    _ action: FaultAction, _ nodes: [StackNode], _ status: StackStatus, _ random: inout SplitMix64
  ) throws(FaultError) -> any Fault {
    switch action.definition.strike {
    case .nodes(let fault): return fault(action.settings)
    case .packets: return try action.shot(at: nodes, in: status, using: &random).fault
    case .tier, .sides:
      throw FaultError(code: .notInjectable, message: "\(action.kind.rawValue) cannot be the fault of a cell")
    }
  }

  /// The partition of a plan, and each side's clients are cut off with its nodes. The clients of the majority are no
  /// end of the cut: nothing starts them again.
  private static func partition(
    _ settings: PartitionSettings, _ tier: Tier, _ status: StackStatus, _ clients: [ClientGroup], _ seed: UInt64
  ) throws -> CapShot {
    var random = SplitMix64(seed: seed, stream: .cellSides)
    let running = status.nodes.filter { $0.tier == tier && $0.state.status == .running }
    let divided = try DividedStack(settings, running, in: status, using: &random)
    let guests = clients.compactMap { group in
      PartitionSide(rawValue: group.side).map { side in
        DividedStack.Guest(
          target: FaultTarget(node: "clients of the \(group.side)", container: group.container),
          address: group.address, side: side, isEnd: side == .minority)
      }
    }
    let shot = divided.shot(with: guests)
    let minority = divided.nodes(on: .minority)
    let sides = clients.map { group in
      let nodes = group.side == PartitionSide.minority.rawValue ? minority : divided.nodes(on: .majority)
      return side(group, nodes, tier, status)
    }
    return CapShot(
      fault: shot.fault, targets: shot.nodes.map(\.target) + guests.filter(\.isEnd).map(\.target),
      struck: minority.map(\.name), sides: sides)
  }

  private static func side(
    _ group: ClientGroup, _ nodes: [StackNode], _ tier: Tier, _ status: StackStatus
  ) -> CapRecord.Side {
    CapRecord.Side(
      name: group.side, nodes: nodes.map(\.name).sorted(), processes: group.processes,
      hasMajority: hasMajority(nodes, of: tier, in: status))
  }

  /// Whether nodes could make a majority of a tier: in a Redis Cluster the masters count, because they vote.
  static func hasMajority(_ nodes: [StackNode], of tier: Tier, in status: StackStatus) -> Bool {
    let voters = status.nodes.filter { $0.tier == tier && (tier != .redis || $0.roles.contains(.master)) }
    let there = voters.filter { voter in nodes.contains { $0.name == voter.name } }
    return there.count * 2 > voters.count
  }
}
