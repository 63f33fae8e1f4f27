import ChaosPlan
import Faults
import Randomness
import Report
import Stack

extension StrikeBoard {
  /// What a look at the cluster means for a strike that looks for its nodes.
  func aim(_ strike: Int, in status: StackStatus) -> StrikeMachine.Event {
    let machine = machines[strike]
    let action = machine.strike.fault.action
    // The same seed and the same roles give the same targets.
    let shot: FaultShot
    do {
      var random = SplitMix64(seed: seed, stream: .targets(strike: strike))
      let nodes = try resolve(machine.strike.fault.selector, in: status, using: &random)
      // Not the selector's stream: the shape must not depend on the drawn nodes.
      var shape = SplitMix64(seed: seed, stream: .partition(strike: strike))
      shot = try action.shot(at: nodes, in: status, using: &shape)
    } catch {
      return .missed(error)
    }
    return .aimed(shot.aim, refusal: refusal(of: machine, at: shot.nodes, in: status))
  }

  /// The nodes that a selector matches now.
  private func resolve(
    _ selector: Selector, in status: StackStatus, using random: inout SplitMix64
  ) throws(StackError) -> [StackNode] {
    // `hot.3` is a key of the workload.
    let key = selector.ownerOf.map { $0.hasPrefix("hot.") ? "\(namespace).\($0)" : $0 }
    let within = try selector.side.map { side throws(StackError) in try members(of: side) }
    return try status.resolve(selector, ownerOf: key, within: within, using: &random)
  }

  /// The nodes on a side of the partition in effect.
  private func members(of side: PartitionSide) throws(StackError) -> Set<String> {
    guard let sides else {
      throw StackError(
        code: .noTarget, message: "no partition is in effect, so no node is on its \(side.rawValue) side")
    }
    guard let members = sides[side] else {
      throw StackError(code: .noTarget, message: "the partition in effect has no \(side.rawValue) side")
    }
    return members
  }

  /// Why a strike may not be done to these nodes now; `nil` if it may.
  private func refusal(of machine: StrikeMachine, at nodes: [StackNode], in status: StackStatus) -> String? {
    if machine.kind.takesNodesDown, let reason = guardian.refusal(of: nodes, in: status, struck: nodesDown) {
      return reason
    }
    guard machine.strike.isOptional else { return nil }
    return SharedNode.refusal(of: machine.kind, on: nodes.map(\.name), held: nodesHeld)
  }
}

extension FaultShot {
  /// The same for the report: each node with what it is now, and with its place in the partition.
  fileprivate var aim: Aim {
    Aim(
      fault: fault,
      targets: nodes.map {
        FaultReport.Target(
          node: $0.name, container: $0.container,
          role: [$0.detail, places[$0.name]].compactMap(\.self).joined(separator: "; "))
      }, sides: sides)
  }
}

extension StrikeMachine.Event {
  /// What an error on the way to the nodes means.
  static func missed(_ error: any Error) -> StrikeMachine.Event {
    if let error = error as? StackError, error.code == .noTarget { return .noTarget(reason: error.message) }
    return .failed(StrikeMachine.Failure(error))
  }
}

extension StrikeMachine.Failure {
  init(_ error: any Error) {
    let fault = error as? FaultError
    self.init(
      message: "\(error)", isRefusal: fault.map { $0.code == .notInjectable && $0.healFailures.isEmpty } ?? false,
      left: (fault?.healFailures ?? []).map(\.description))
  }
}
