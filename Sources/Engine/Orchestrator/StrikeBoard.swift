import ChaosPlan
import Faults
import Report

/// All strikes of a run, and what each must know of the others. Pure.
///
/// A strike is known by its place in the schedule, here and in `RunMachine`.
struct StrikeBoard: Sendable {
  let guardian: MajorityGuard
  let seed: UInt64
  /// The prefix of the workload's keys.
  let namespace: String
  private(set) var machines: [StrikeMachine]

  init(_ strikes: [Strike], safety: SafetySettings, seed: UInt64, namespace: String) {
    guardian = MajorityGuard(isMajorityLossAllowed: safety.allowMajorityLoss)
    self.seed = seed
    self.namespace = namespace
    machines = strikes.map { StrikeMachine($0) }
  }

  /// The rows of the report, in the order of the schedule.
  var reports: [FaultReport] { machines.map(\.report) }

  /// Hands an event to a strike.
  ///
  /// - Parameter now: since the start of the run.
  mutating func handle(_ event: StrikeMachine.Event, of strike: Int, at now: Duration) -> [StrikeMachine.Action] {
    machines[strike].handle(event, at: now)
  }

  /// The nodes that open faults have taken down, or are about to.
  var nodesDown: Set<String> { Set(machines.filter(\.kind.takesNodesDown).flatMap(\.nodesStruck)) }

  /// The open faults, by target node.
  var nodesHeld: [String: Set<FaultKind>] {
    machines.reduce(into: [:]) { nodes, machine in
      for node in machine.nodesStruck { nodes[node, default: []].insert(machine.kind) }
    }
  }

  /// The sides of the partition in effect, of several the last in the schedule; `nil` where there is none.
  var sides: [PartitionSide: Set<String>]? { machines.last { $0.sides != nil }?.sides }

  /// What it means for a strike that it was not in effect on these nodes until its heal.
  func losses(_ found: [(message: String, targets: [FaultTarget])], of strike: Int) -> [StrikeMachine.Loss] {
    let (strikes, rows) = (machines.map(\.strike), reports)
    return found.map { message, targets in
      StrikeMachine.Loss(
        message: message,
        isOwnDoing: targets.contains { EarlyEnd.isOwnDoing(strike, on: $0.node, strikes, rows) })
    }
  }
}
