import ChaosPlan
import Faults
import Foundation
import History
import Report
import Stack
import Synchronization
import Workload

/// Injects and heals the faults of a plan, and records what was done: in the history, in `faults.jsonl` and for the report.
final class FaultCrew: Sendable {
  private struct State {
    var reports: [FaultReport]
    var injections: [Int: Injection] = [:]
  }

  private static let resolveAttempts = 5
  private let plan: Plan
  private let seed: UInt64
  private let stack: Stack
  private let injector: FaultInjector
  private let history: HistoryWriter
  private let log: FaultLog
  private let state: Mutex<State>

  init(plan: Plan, seed: UInt64, stack: Stack, injector: FaultInjector, history: HistoryWriter, log: FaultLog) {
    self.plan = plan
    self.seed = seed
    self.stack = stack
    self.injector = injector
    self.history = history
    self.log = log
    state = Mutex(State(reports: plan.faults.map { FaultReport(label: $0.label) }))
  }

  var reports: [FaultReport] { state.withLock { $0.reports } }

  /// Resolves the target as it is now, and strikes.
  ///
  /// - Returns: why it is not in effect; `nil` if it is.
  func inject(_ index: Int) async -> String? {
    let planned = plan.faults[index]
    do {
      let nodes = try await resolve(planned.selector, stream: 1 << 40 | UInt64(index))
      let targets = nodes.map { FaultReport.Target(node: $0.name, container: $0.container, role: $0.detail) }
      update(index) {
        $0.targets = targets
        $0.struckAt = seconds
      }
      note(index, "struck", function: planned.action.kind.rawValue)
      let injection = try await injector.inject(planned.action.fault, into: nodes.map(\.target))
      state.withLock { $0.injections[index] = injection }
      update(index) { $0.inEffectAt = seconds }
      note(index, "in-effect", function: "\(planned.action.kind.rawValue)-in-effect")
      return nil
    } catch {
      let message = "\(error)"
      update(index) { $0.problems.append(message) }
      note(index, "failed", function: "\(planned.action.kind.rawValue)-failed", message: message)
      return message
    }
  }

  /// The nodes that a selector means now. A node that is busy may not say its role in time, and right after another fault
  /// nobody may have one: asked again for a few seconds before the fault is given up.
  ///
  /// - Parameter stream: of its own for each fault: the same targets from the same seed and the same roles.
  private func resolve(_ selector: Selector, stream: UInt64) async throws -> [StackNode] {
    for _ in 0..<Self.resolveAttempts - 1 {
      if let nodes = try await resolveOnce(selector, stream: stream) { return nodes }
      try await Task.sleep(for: .milliseconds(500))
    }
    var random = SplitMix64(seed: seed, stream: stream)
    return try await stack.status().resolve(selector, using: &random)
  }

  /// `nil` where nobody matches.
  private func resolveOnce(_ selector: Selector, stream: UInt64) async throws(StackError) -> [StackNode]? {
    var random = SplitMix64(seed: seed, stream: stream)
    let status = try await stack.status()
    do {
      return try status.resolve(selector, using: &random)
    } catch {
      if error.code == .noTarget { return nil }
      throw error
    }
  }

  /// Takes a fault back. A failed heal is a finding, not an error.
  func heal(_ index: Int) async {
    guard let injection = state.withLock({ $0.injections.removeValue(forKey: index) }) else { return }
    let kind = plan.faults[index].action.kind.rawValue
    update(index) { $0.healOrderedAt = seconds }
    note(index, "heal-ordered", function: "heal-\(kind)")
    let report = await injector.heal(injection)
    if report.isClean {
      update(index) { $0.healedAt = seconds }
      note(index, "healed", function: "heal-\(kind)-done")
    } else {
      let problems = report.failures.map { "not healed: \($0)" }
      update(index) { $0.problems += problems }
      note(index, "heal-failed", function: "heal-\(kind)-failed", message: problems.joined(separator: "; "))
    }
  }

  /// `kill redis-2`.
  func shortName(_ index: Int) -> String {
    let report = state.withLock { $0.reports[index] }
    guard !report.targets.isEmpty else { return report.label }
    return "\(plan.faults[index].action.kind.rawValue) \(report.targets.map(\.node).joined(separator: ","))"
  }

  private var seconds: Double { Double(history.elapsedNanoseconds) / 1e9 }

  private func update(_ index: Int, _ change: (inout FaultReport) -> Void) {
    state.withLock { change(&$0.reports[index]) }
  }

  private func note(_ index: Int, _ event: String, function: String, message: String? = nil) {
    let report = state.withLock { $0.reports[index] }
    let nodes = report.targets.map(\.node)
    // An error of the history file shows with the next operation of the traffic, and ends the run.
    _ = try? history.append(
      process: .nemesis, kind: .info, function: function, value: .list(nodes.map { .string($0) }), error: message)
    log.append(
      FaultLog.Line(
        timeNanoseconds: history.elapsedNanoseconds, wallTime: Date.now.formatted(.iso8601), fault: report.label,
        event: event, targets: nodes, message: message))
  }
}

extension FaultAction {
  /// The fault of the catalogue that does this.
  var fault: any Fault {
    switch self {
    case .kill(let signal): KillFault(signal: signal)
    case .stop(let timeout): StopFault(timeoutSeconds: Int(max(timeout / .seconds(1), 0).rounded(.up)))
    case .pause: PauseFault()
    }
  }
}
