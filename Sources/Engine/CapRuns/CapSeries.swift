import CapLedger
import ChaosPlan
import Faults
import Foundation
import HTTPClient
import Orchestrator
import Stack
import Synchronization
import Workload

extension CapPlanCell {
  /// What the cell is called in a ledger of both flavours, and in its folder.
  public func id(on flavour: SQLFlavour) -> String {
    CapRecord.id(name: name, tier: tier.rawValue, flavour: flavour.rawValue)
  }
}

/// Runs cells of the CAP ledger, one after another, on the stack as it stands.
///
/// Faults go through the undo ledger, so that `kvchaos heal` undoes what a killed run leaves; client containers are
/// found by the search for residue.
public struct CapSeries: Sendable {
  /// The outcome of a cell.
  public enum Outcome: Sendable {
    /// It was run; reasons not to judge it are in the record's problems. `folder` holds `record.json` and the history.
    case recorded(CapRecord, folder: String)
    /// There is no record; the reason.
    case failed(String)
  }

  let configuration: StackConfiguration
  /// Under it each cell has a folder of its id.
  let folder: String
  let seed: UInt64
  let catchesSignals: Bool
  let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - folder: `results/cap`; the folder of a cell that is run is replaced.
  ///   - seed: seeds the traffic and the draw of targets in the first cell; each later cell uses the next number;
  ///     `nil`: drawn.
  public init(
    configuration: StackConfiguration, folder: String, seed: UInt64? = nil, catchesSignals: Bool,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.configuration = configuration
    self.folder = folder
    self.seed = seed ?? UInt64.random(in: 0..<1 << 53)
    self.catchesSignals = catchesSignals
    self.progress = progress
  }

  /// Runs the cells in their order.
  ///
  /// - Parameters:
  ///   - flavour: of the SQL tier: that of the stack that is there, or is brought up.
  ///   - until: no further cell is begun from then on.
  ///   - begin: called when everything that cells need is there, before the first.
  ///   - each: told of each cell as it ends.
  /// - Returns: the names of the cells that were not begun.
  /// - Throws: `CapRunError`, `StackError` or `FaultError` where no cell could begin, or the series was interrupted;
  ///   every fault is healed before that.
  public func run(
    _ cells: [CapPlanCell], on flavour: SQLFlavour, until: ContinuousClock.Instant? = nil,
    begin: @Sendable () throws -> Void,
    each: @Sendable (CapPlanCell, Outcome) async throws -> Void
  ) async throws -> [String] {
    var chosen = configuration
    chosen.flavour = SQLFlavourChoice(flavour)
    let stack = Stack(chosen)
    let wasInterrupted = Atomic(false)
    let current = Mutex<Task<Outcome, Never>?>(nil)
    let interrupt: @Sendable (String) -> Void = { [progress] reason in
      wasInterrupted.store(true, ordering: .sequentiallyConsistent)
      current.withLock { $0?.cancel() }
      progress(.note("\(reason): healing; again: ends at once and leaves the rest to `kvchaos heal`"))
    }
    let signals = catchesSignals ? SignalWatch(handler: interrupt) : nil
    defer { signals?.stop() }
    return try await withTaskCancellationHandler {
      let (injector, roster) = try await prepare(stack)
      try begin()
      for (index, cell) in cells.enumerated() {
        guard !wasInterrupted.load(ordering: .sequentiallyConsistent) else {
          throw CapRunError(code: .interrupted, message: "interrupted before the cell \(cell.name)")
        }
        if let until, ContinuousClock.now >= until { return cells[index...].map(\.name) }
        let own = seed &+ UInt64(index)
        progress(.note("cell \(index + 1) of \(cells.count): \(cell.name), seed \(own)"))
        let run = CapCellRun(
          cell: cell, stack: stack, injector: injector, roster: roster, folder: "\(folder)/\(cell.id(on: flavour))",
          seed: own,
          progress: progress)
        // A separate task: a cancellation is passed to it as an event, and does not keep it from healing.
        let task = Task { await run.run() }
        current.withLock { $0 = task }
        if wasInterrupted.load(ordering: .sequentiallyConsistent) { task.cancel() }
        let outcome = await task.value
        guard !wasInterrupted.load(ordering: .sequentiallyConsistent) else {
          throw CapRunError(code: .interrupted, message: "interrupted in the cell \(cell.name)")
        }
        try await each(cell, outcome)
      }
      return []
    } onCancel: {
      interrupt("cancelled")
    }
  }

  /// Heals the residue of an earlier run, and starts the stack if it is not up.
  ///
  /// - Returns: the environment of faults, and the existing nodes.
  private func prepare(_ stack: Stack) async throws -> (FaultInjector, Roster) {
    let lock = try await stack.claim()
    let injector = stack.injector(try UndoLedger(path: configuration.ledgerFile, lock: lock))
    let recovery = try await stack.recover(with: injector, startsStopped: false)
    for line in recovery.lines { progress(.note("an earlier run left something behind; \(line)")) }
    guard recovery.isClean else {
      throw CapRunError(
        code: .unavailable,
        message: "the remains of an earlier run cannot be healed: \(recovery.problems.joined(separator: "; "))")
    }
    try await stack.up { [progress] step in if case .note(let text) = step { progress(.note(text)) } }
    do {
      guard try await stack.engine.hasImage(ClientContainers.image) else {
        throw CapRunError(
          code: .unavailable, message: "the image \(ClientContainers.image) is not on this machine; run scripts/build")
      }
    } catch let error as CapRunError {
      throw error
    } catch {
      throw CapRunError(code: .unavailable, message: "\(error)")
    }
    return (injector, try await stack.roster())
  }
}
