import DockerEngine
import Faults
import Foundation

/// Residue of a killed run, or of an engine restart during a fault.
extension Stack {
  /// Heals every fault that is open in the ledger, and nothing else. Without a ledger, there is nothing to heal.
  ///
  /// - Parameter lock: from `claim`.
  /// - Throws: `FaultError` when the ledger cannot be had, with `ledgerInUse` while a run is under way. What cannot be
  ///   taken back is in the report, not thrown.
  public func healLeftovers(lock: ProjectLock) async throws(FaultError) -> HealReport {
    guard FileManager.default.fileExists(atPath: configuration.ledgerFile) else { return HealReport() }
    return await injector(try UndoLedger(path: configuration.ledgerFile, lock: lock)).replayOpenUndos()
  }

  /// Removes all residue of faults, in the ledger or not, and starts every container of the stack.
  ///
  /// - Parameters:
  ///   - startsStopped: whether stopped containers are always started. `up` starts them itself, and knows which ones
  ///     must stay stopped: if nothing is open in the ledger, this is left to `up`.
  ///   - foreign: whether a stack that another checkout brought up may be changed.
  /// - Throws: `FaultError` when the ledger cannot be had, with `ledgerInUse` while a run is under way; `StackError`
  ///   when the engine does not answer, and as `claim`. What cannot be taken back is in the result, not thrown.
  public func recover(startsStopped: Bool = true, foreign: Bool = false) async throws -> Recovery {
    let lock = try await claim(foreign: foreign)
    let ledger = try UndoLedger(path: configuration.ledgerFile, lock: lock)
    return try await recover(with: injector(ledger), startsStopped: startsStopped)
  }

  /// The same with a ledger that the caller holds, so that the residue cannot belong to another run.
  public func recover(with injector: FaultInjector, startsStopped: Bool) async throws(StackError) -> Recovery {
    var recovery = Recovery()
    let isOwed = await !injector.ledger.openEntries.isEmpty
    // A killed run may have left a helper that is about to write its rules: it must not do so after the search for
    // rules.
    let helpers = try await helpers()
    _ = await sweep(helpers)
    // Start the containers next: undos that work inside a container need it running, and a restart of the engine stops
    // all of them.
    let raised = try await raise(starts: startsStopped || isOwed)
    recovery.report = await injector.replayOpenUndos()
    let residue = try await residue()
    let left = await sweep(residue)
    recovery.left = startsStopped ? left : left.filter { $0.kind != .down }
    recovery.swept = (helpers + residue).filter { !left.contains($0) }
    recovery.raised = raised.filter { name in !left.contains { $0.container == name } }
    return recovery
  }

  private func helpers() async throws(StackError) -> [Residue] {
    do {
      return try await engine.helpers().map { Residue(kind: .helper, container: $0, detail: "") }
    } catch let error as DockerEngineError {
      throw StackError(error)
    } catch {
      throw StackError(code: .unavailable, message: "the containers beside the stack cannot be listed: \(error)")
    }
  }

  /// The environment of faults, with a ledger.
  public func injector(_ ledger: UndoLedger) -> FaultInjector {
    FaultInjector(
      ledger: ledger, environment: FaultEnvironment(runtime: engine, network: engine, inside: engine, scaling: self))
  }

  /// Resumes paused containers and, if requested, starts stopped ones, all in parallel: no part of the stack waits for
  /// another.
  ///
  /// - Returns: the containers that the engine was asked to run. `residue` finds those that it refused to run.
  private func raise(starts: Bool) async throws(StackError) -> [String] {
    let members = try await details().compactMap { Member(container: $0, target: configuration.target) }
    return await withTaskGroup(of: String.self) { group in
      for member in members where !member.isRunning {
        let name = member.container.name
        let isPaused = member.container.state.status == .paused
        guard isPaused || starts else { continue }
        group.addTask {
          if isPaused {
            try? await engine.unpause(container: name)
          } else {
            try? await engine.start(container: name)
          }
          return name
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted()
    }
  }
}
