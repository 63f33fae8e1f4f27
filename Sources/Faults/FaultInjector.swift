/// Injects faults and takes them back: ledger, inject, verify; heal, verify, close.
public struct FaultInjector: Sendable {
  public let ledger: UndoLedger
  public let environment: FaultEnvironment
  public let catalogue: FaultCatalogue

  public init(ledger: UndoLedger, environment: FaultEnvironment, catalogue: FaultCatalogue = .standard) {
    self.ledger = ledger
    self.environment = environment
    self.catalogue = catalogue
  }

  /// Strikes all targets at once and measures that the fault is in effect on each.
  ///
  /// When one of them fails, or the task is cancelled meanwhile, what was injected is healed before this throws; what
  /// could not be healed is in the error's `healFailures`, and open in the ledger.
  public func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection {
    let entries = try await owe(fault, targets)
    let injection = Injection(kind: fault.kind, entries: entries)
    do {
      try await forEach(entries) { try await fault.inject($0.undo, in: environment) }
      try await forEach(entries) { try await fault.verifyInjected($0.undo, in: environment) }
      return injection
    } catch {
      let report = await heal(injection, by: fault)
      var failure =
        (error as? FaultError) ?? FaultError(code: .injectionFailed, message: "\(fault.kind) failed: \(error)")
      failure.healFailures = report.failures
      throw failure
    }
  }

  /// Takes a fault back and verifies it. Never throws, and goes on when the task is cancelled: a rollback always runs.
  public func heal(_ injection: Injection) async -> HealReport {
    await heal(injection, by: catalogue.fault(of: injection.kind))
  }

  /// Heals everything that the ledger holds open: what an earlier, killed run left behind.
  public func replayOpenUndos() async -> HealReport {
    let entries = await ledger.openEntries
    return await uncancelled { await healAll(entries) { catalogue.fault(of: $0) } }
  }

  // MARK: Parts

  private func owe(_ fault: any Fault, _ targets: [FaultTarget]) async throws(FaultError) -> [LedgerEntry] {
    var undos: [Undo] = []
    for target in targets {
      do {
        undos.append(try await fault.setUp(target, in: environment))
      } catch let error as FaultError {
        throw error
      } catch {
        throw FaultError(
          code: .notInjectable, message: "\(fault.kind) of \(target.node) cannot be set up: \(error)")
      }
    }
    var entries: [LedgerEntry] = []
    for undo in undos { entries.append(try await ledger.open(undo)) }
    return entries
  }

  private func heal(_ injection: Injection, by fault: (any Fault)?) async -> HealReport {
    await uncancelled { await healAll(injection.entries) { _ in fault } }
  }

  /// Containers side by side; the faults of one container in the reverse of the order in which they were injected.
  private func healAll(
    _ entries: [LedgerEntry], fault: @escaping @Sendable (FaultKind) -> (any Fault)?
  ) async -> HealReport {
    let groups = Dictionary(grouping: entries, by: \.undo.target.container)
    return await withTaskGroup(of: HealReport.self) { group in
      for entries in groups.values {
        group.addTask {
          var report = HealReport()
          for entry in entries.reversed() { await heal(entry, by: fault(entry.undo.kind), into: &report) }
          return report
        }
      }
      var whole = HealReport()
      for await part in group {
        whole.healed += part.healed
        whole.gone += part.gone
        whole.failures += part.failures
      }
      return whole
    }
  }

  private func heal(_ entry: LedgerEntry, by fault: (any Fault)?, into report: inout HealReport) async {
    let undo = entry.undo
    guard let fault else {
      report.failures.append(
        HealFailure(undo: undo, message: "this build does not know the kind \(undo.kind); the entry stays open"))
      return
    }
    var reason = ""
    for attempt in 0..<max(1, environment.healAttemptLimit) {
      do {
        if attempt > 0 { try await environment.clock.sleep(for: .seconds(1)) }
        try await fault.heal(undo, in: environment)
        try await fault.verifyHealed(undo, in: environment)
        try await ledger.close(entry)
        report.healed.append(undo)
        return
      } catch let error as any ContainerRuntimeError where error.isMissingContainer {
        do throws(FaultError) {
          try await ledger.close(entry)
          report.gone.append(undo)
        } catch {
          report.failures.append(HealFailure(undo: undo, message: "\(error)"))
        }
        return
      } catch {
        reason = "\(error)"
      }
    }
    report.failures.append(HealFailure(undo: undo, message: reason))
  }

  private func forEach(
    _ entries: [LedgerEntry], _ action: @escaping @Sendable (LedgerEntry) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for entry in entries { group.addTask { try await action(entry) } }
      try await group.waitForAll()
    }
  }

  /// Runs in a task of its own, which the caller's cancellation does not reach.
  private func uncancelled<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await body() }.value
  }
}
