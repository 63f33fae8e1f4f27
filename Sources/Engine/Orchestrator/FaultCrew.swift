import ChaosPlan
import Faults
import Foundation
import History
import Report
import Stack
import Synchronization
import Workload

/// Injects and heals the faults of a plan, and records them in the history, in `faults.jsonl` and for the report.
final class FaultCrew: Sendable {
  private struct State {
    var reports: [FaultReport]
    var injections: [Int: Injection] = [:]
    /// The sides of each partition that is in effect.
    var sides: [Int: [PartitionSide: Set<String>]] = [:]
  }

  private static let resolveAttempts = 5
  /// A partition of many nodes takes seconds to be in effect; until then no node is on its sides.
  private static let sideAttempts = 60
  private let strikes: [Strike]
  private let guardian: MajorityGuard
  private let seed: UInt64
  /// The prefix of the workload's keys.
  private let namespace: String
  private let stack: Stack
  private let injector: FaultInjector
  private let history: HistoryWriter
  private let log: FaultLog
  private let state: Mutex<State>

  init(
    strikes: [Strike], safety: SafetySettings, seed: UInt64, namespace: String, stack: Stack, injector: FaultInjector,
    history: HistoryWriter, log: FaultLog
  ) {
    self.strikes = strikes
    guardian = MajorityGuard(isMajorityLossAllowed: safety.allowMajorityLoss)
    self.seed = seed
    self.namespace = namespace
    self.stack = stack
    self.injector = injector
    self.history = history
    self.log = log
    state = Mutex(State(reports: strikes.map { FaultReport(label: $0.fault.label) }))
  }

  var reports: [FaultReport] { state.withLock { $0.reports } }

  /// The outcome of a strike.
  enum Outcome: Sendable {
    case inEffect
    /// An optional fault matched no node, or was not allowed to strike: the run is as planned without it.
    case skipped(String)
    case failed(String)
  }

  /// Resolves the target as it is now, and strikes.
  func inject(_ index: Int) async -> Outcome {
    let planned = strikes[index].fault
    let kind = planned.action.kind.rawValue
    do {
      let stream = 1 << 40 | UInt64(index)
      let (selected, status) = try await resolve(planned.selector, stream: stream)
      let shot = try aim(planned.action, at: selected, in: status, stream: stream)
      let nodes = shot.nodes
      let targets = nodes.map {
        FaultReport.Target(
          node: $0.name, container: $0.container,
          role: [$0.detail, shot.places[$0.name]].compactMap(\.self).joined(separator: "; "))
      }
      update(index) { $0.targets = targets }
      if planned.action.kind.takesNodesDown, let reason = guardian.refusal(of: nodes, in: status, struck: nodesDown) {
        throw FaultError(code: .notInjectable, message: reason)
      }
      if strikes[index].isOptional,
        let reason = SharedNode.refusal(of: planned.action.kind, on: nodes.map(\.name), held: nodesHeld)
      {
        throw FaultError(code: .notInjectable, message: reason)
      }
      update(index) { $0.struckAt = seconds }
      note(index, "struck", function: kind)
      let injection = try await injector.inject(shot.fault, into: nodes.map(\.target))
      state.withLock { state in
        state.injections[index] = injection
        if !shot.sides.isEmpty { state.sides[index] = shot.sides }
      }
      update(index) { $0.inEffectAt = seconds }
      note(index, "in-effect", function: "\(kind)-in-effect")
      return .inEffect
    } catch {
      let message = "\(error)"
      if strikes[index].isOptional, Self.meansSkipped(error) {
        skip(index, message)
        return .skipped(message)
      }
      let left = (error as? FaultError)?.healFailures ?? []
      update(index) {
        $0.problems.append(message)
        if !left.isEmpty { $0.notHealed = left.map(\.description) }
      }
      note(index, "failed", function: "\(kind)-failed", message: message)
      return .failed(message)
    }
  }

  /// The fault and its targets, once these are known.
  private func aim(
    _ action: FaultAction, at nodes: [StackNode], in status: StackStatus, stream: UInt64
  ) throws(FaultError) -> FaultShot {
    // Not the selector's stream: the shape must not depend on the drawn nodes.
    var random = SplitMix64(seed: seed, stream: stream | 1 << 41)
    return try action.shot(at: nodes, in: status, using: &random)
  }

  /// Records that a fault of the schedule is left out.
  func skip(_ index: Int, _ reason: String) {
    update(index) {
      $0.struckAt = nil
      $0.skipped = reason
    }
    note(index, "skipped", function: "\(strikes[index].fault.action.kind.rawValue)-skipped", message: reason)
  }

  /// Whether the fault was skipped, because no node matched or none may be struck.
  private static func meansSkipped(_ error: any Error) -> Bool {
    switch error {
    case let error as StackError: error.code == .noTarget
    case let error as FaultError: error.code == .notInjectable && error.healFailures.isEmpty
    default: false
    }
  }

  /// The nodes that open faults have taken down.
  private var nodesDown: Set<String> {
    state.withLock { state in
      state.injections.reduce(into: []) { nodes, open in
        guard strikes[open.key].fault.action.kind.takesNodesDown else { return }
        nodes.formUnion(open.value.targets.map(\.node))
      }
    }
  }

  /// The open faults, by target node.
  private var nodesHeld: [String: Set<FaultAction.Kind>] {
    state.withLock { state in
      state.injections.reduce(into: [:]) { nodes, open in
        let kind = strikes[open.key].fault.action.kind
        for target in open.value.targets { nodes[target.node, default: []].insert(kind) }
      }
    }
  }

  /// The nodes that a selector matches now. A busy node may not report its role in time, and right after another fault
  /// no node may have the role, so this retries for a few seconds before it gives up the fault.
  ///
  /// - Parameter stream: separate for each fault: the same seed and the same roles give the same targets.
  private func resolve(_ selector: Selector, stream: UInt64) async throws -> ([StackNode], StackStatus) {
    for _ in 1..<(selector.side == nil ? Self.resolveAttempts : Self.sideAttempts) {
      if let found = try await resolveIfThere(selector, stream: stream) { return found }
      try await Task.sleep(for: .milliseconds(500))
    }
    return try await resolveOnce(selector, stream: stream)
  }

  /// The store's name for the key of a selector: `hot.3` is the workload's.
  private func key(of selector: Selector) -> String? {
    selector.ownerOf.map { $0.hasPrefix("hot.") ? "\(namespace).\($0)" : $0 }
  }

  private func resolveOnce(
    _ selector: Selector, stream: UInt64
  ) async throws(StackError) -> ([StackNode], StackStatus) {
    var random = SplitMix64(seed: seed, stream: stream)
    let status = try await stack.status()
    let within = try selector.side.map { side throws(StackError) in try members(of: side) }
    return (try status.resolve(selector, ownerOf: key(of: selector), within: within, using: &random), status)
  }

  /// The nodes on a side of the latest partition that is in effect.
  private func members(of side: PartitionSide) throws(StackError) -> Set<String> {
    let open = state.withLock { state in state.sides.max { $0.key < $1.key }?.value }
    guard let open else {
      throw StackError(
        code: .noTarget, message: "no partition is in effect, so no node is on its \(side.rawValue) side")
    }
    guard let members = open[side] else {
      throw StackError(code: .noTarget, message: "the partition in effect has no \(side.rawValue) side")
    }
    return members
  }

  /// `nil` where no node matches.
  private func resolveIfThere(
    _ selector: Selector, stream: UInt64
  ) async throws(StackError) -> ([StackNode], StackStatus)? {
    do {
      return try await resolveOnce(selector, stream: stream)
    } catch {
      if error.code == .noTarget { return nil }
      throw error
    }
  }

  /// Heals a fault. A failed heal is a finding, not an error.
  func heal(_ index: Int) async {
    let injection = state.withLock { state in
      state.sides[index] = nil
      return state.injections[index]
    }
    guard let injection else { return }
    // A node that is still coming back counts as down, and its fault as open.
    defer { state.withLock { $0.injections[index] = nil } }
    let kind = strikes[index].fault.action.kind.rawValue
    noteLosses(index, await injector.losses(of: injection).map { ("\($0)", [$0.target]) })
    update(index) { $0.healOrderedAt = seconds }
    note(index, "heal-ordered", function: "heal-\(kind)")
    let report = await injector.heal(injection)
    noteLosses(index, report.upkeepProblems.map { ($0, injection.targets) })
    let problems = report.findings
    if problems.isEmpty {
      update(index) { $0.healedAt = seconds }
      note(index, "healed", function: "heal-\(kind)-done")
    } else {
      update(index) {
        $0.problems += problems
        $0.notHealed = problems
      }
      note(index, "heal-failed", function: "heal-\(kind)-failed", message: problems.joined(separator: "; "))
    }
  }

  /// Records that a fault has ended early. An end that the run itself caused is not a finding.
  private func noteLosses(_ index: Int, _ losses: [(message: String, targets: [FaultTarget])]) {
    for loss in losses {
      let isOwn = loss.targets.contains { EarlyEnd.isOwnDoing(index, on: $0.node, strikes, reports) }
      let message = "not in effect until its heal: \(loss.message)" + (isOwn ? " (another fault of this run)" : "")
      update(index) {
        $0.problems.append(message)
        if !isOwn { $0.endedEarly = ($0.endedEarly ?? []) + [loss.message] }
      }
      record(index, "ended-early", message)
    }
  }

  /// `kill redis-2`.
  func shortName(_ index: Int) -> String {
    let report = state.withLock { $0.reports[index] }
    guard !report.targets.isEmpty else { return report.label }
    return "\(strikes[index].fault.action.kind.rawValue) \(report.targets.map(\.node).joined(separator: ","))"
  }

  private var seconds: Double { Double(history.elapsedNanoseconds) / 1e9 }

  private func update(_ index: Int, _ change: (inout FaultReport) -> Void) {
    state.withLock { change(&$0.reports[index]) }
  }

  private func note(_ index: Int, _ event: String, function: String, message: String? = nil) {
    let report = state.withLock { $0.reports[index] }
    let nodes = report.targets.map(\.node)
    // An error of the history file is detected at the next operation of the traffic, and ends the run.
    _ = try? history.append(
      process: .nemesis, kind: .info, function: function, value: .list(nodes.map { .string($0) }), error: message)
    record(index, event, message)
  }

  private func record(_ index: Int, _ event: String, _ message: String?) {
    let report = state.withLock { $0.reports[index] }
    log.append(
      FaultLog.Line(
        timeNanoseconds: history.elapsedNanoseconds, wallTime: Date.now.formatted(.iso8601), fault: report.label,
        event: event, targets: report.targets.map(\.node), message: message))
  }
}
