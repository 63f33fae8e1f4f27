import DockerEngine
import Faults
import Foundation

/// What a killed run, or an engine that was restarted under a fault, left behind.
extension Stack {
  /// Takes back every fault that the ledger still holds open, and nothing else. Where there is no ledger, nothing is
  /// owed.
  ///
  /// - Parameter lock: from `claim`.
  /// - Throws: `FaultError` when the ledger cannot be had, with `ledgerInUse` while a run is under way. What cannot be
  ///   taken back is in the report, not thrown.
  public func healLeftovers(lock: ProjectLock) async throws(FaultError) -> HealReport {
    guard FileManager.default.fileExists(atPath: configuration.ledgerFile) else { return HealReport() }
    return await injector(try UndoLedger(path: configuration.ledgerFile, lock: lock)).replayOpenUndos()
  }

  /// Takes back everything that faults have left, in the ledger or not, and makes every container of the stack run.
  ///
  /// - Parameters:
  ///   - startsStopped: whether stopped containers are started in any case. `up` does that by itself, and knows
  ///     which of them must not be: where nothing is owed it is left to it.
  ///   - foreign: whether a stack that another checkout brought up may be changed.
  /// - Throws: `FaultError` when the ledger cannot be had, with `ledgerInUse` while a run is under way; `StackError`
  ///   when the engine does not answer, and as `claim`. What cannot be taken back is in the result, not thrown.
  public func recover(startsStopped: Bool = true, foreign: Bool = false) async throws -> Recovery {
    let lock = try await claim(foreign: foreign)
    let ledger = try UndoLedger(path: configuration.ledgerFile, lock: lock)
    return try await recover(with: injector(ledger), startsStopped: startsStopped)
  }

  /// The same with a ledger that the caller holds: what is found then is no other run's.
  public func recover(with injector: FaultInjector, startsStopped: Bool) async throws(StackError) -> Recovery {
    var recovery = Recovery()
    let isOwed = await !injector.ledger.openEntries.isEmpty
    // A killed run may have left a helper that is about to write its rules: it must not do so after they were looked
    // for.
    let helpers = try await helpers()
    _ = await sweep(helpers)
    // Then running containers: undos that work inside of one need it, and a restart of the engine stops them all.
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

  /// What faults act through, with a ledger.
  public func injector(_ ledger: UndoLedger) -> FaultInjector {
    FaultInjector(
      ledger: ledger, environment: FaultEnvironment(runtime: engine, network: engine, inside: engine, scaling: self))
  }

  /// Resumes what is paused and, if told to, starts what is down, all side by side: nothing in the stack waits for
  /// anything else.
  ///
  /// - Returns: those that the engine was told to run. One that it refused to is found by `residue` afterwards.
  private func raise(starts: Bool) async throws(StackError) -> [String] {
    let members: [Member]
    do throws(DockerEngineError) {
      members = try await engine.details().compactMap(Member.init(container:))
    } catch {
      throw StackError(error)
    }
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
