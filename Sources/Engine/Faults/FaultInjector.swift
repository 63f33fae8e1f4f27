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

  /// Injects the fault on all targets at once, and verifies by measurement that it is in effect on each.
  ///
  /// If one of them fails, or the task is cancelled, the injected part is healed before this throws. Failed heals are
  /// in the error's `healFailures`, and stay open in the ledger.
  public func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection {
    let entries = try await owe(fault, targets)
    var injection = Injection(kind: fault.kind, entries: entries)
    do {
      switch fault.order {
      case .together:
        try Task.checkCancellation()
        try await forEach(entries) { try await strike(fault, $0.undo) }
        try await forEach(entries) { try await fault.verifyInjected($0.undo, in: environment) }
      case .oneByOne:
        for entry in entries {
          try Task.checkCancellation()
          try await strike(fault, entry.undo)
          try await fault.verifyInjected(entry.undo, in: environment)
        }
      }
      injection.upkeep = upkeep(of: fault, entries)
      return injection
    } catch {
      let report = await heal(injection, by: fault)
      var failure =
        (error as? FaultError) ?? FaultError(code: .injectionFailed, message: "\(fault.kind) failed: \(error)")
      failure.healFailures = report.failures
      throw failure
    }
  }

  /// Heals a fault and verifies the heal. Never throws, and continues when the task is cancelled: a rollback always
  /// runs.
  public func heal(_ injection: Injection) async -> HealReport {
    injection.upkeep?.cancel()
    let problems = await injection.upkeep?.value ?? []
    var report = await heal(injection, by: catalogue.fault(of: injection.kind))
    report.upkeepProblems = problems
    return report
  }

  /// Heals all open entries of the ledger, left by an earlier run that was killed.
  public func replayOpenUndos() async -> HealReport {
    let entries = await ledger.openEntries
    return await uncancelled { await healAll(entries) { catalogue.fault(of: $0) } }
  }

  // MARK: Parts

  private func owe(_ fault: any Fault, _ targets: [FaultTarget]) async throws(FaultError) -> [LedgerEntry] {
    var undos: [Undo] = []
    for target in targets {
      do {
        var undo = try await fault.setUp(target, in: environment)
        let first = await ledger.openEntries.first { $0.undo.kind == undo.kind && $0.undo.target == undo.target }
        for name in fault.originals {
          if let original = first?.undo.parameters[name] { undo.parameters[name] = original }
        }
        undos.append(undo)
      } catch let error as FaultError {
        throw error
      } catch {
        throw FaultError(
          code: .notInjectable, message: "\(fault.kind) of \(target.node) cannot be set up: \(error)")
      }
    }
    var entries: [LedgerEntry] = []
    do throws(FaultError) {
      for undo in undos { entries.append(try await ledger.open(undo)) }
    } catch {
      // Nothing was injected, so there is nothing to undo. If the entry cannot be closed, it is replayed later, which
      // is safe.
      for entry in entries { try? await ledger.close(entry) }
      throw error
    }
    return entries
  }

  /// An injection that has begun is finished, even if cancelled, before it is undone: an abandoned request continues in
  /// the engine, and would take effect after the heal.
  private func strike(_ fault: any Fault, _ undo: Undo) async throws {
    try await Task { [environment] in try await fault.inject(undo, in: environment) }.value
  }

  /// Keeps a fault up on every target until the task is cancelled.
  private func upkeep(of fault: any Fault, _ entries: [LedgerEntry]) -> Task<[String], Never> {
    // Do not capture `self`: the ledger must be released as soon as its last user is gone, and a task may end later.
    Task { [environment] in
      await withTaskGroup(of: String?.self) { group in
        for entry in entries {
          group.addTask {
            do {
              try await fault.maintain(entry.undo, in: environment)
              return nil
            } catch {
              return Task.isCancelled
                ? nil : "\(fault.kind) of \(entry.undo.target.node) did not stay in effect: \(error)"
            }
          }
        }
        return await group.reduce(into: []) { problems, problem in if let problem { problems.append(problem) } }
      }
    }
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
        HealFailure(undo: undo, message: "this build does not support the kind \(undo.kind); the entry stays open"))
      return
    }
    var reason = ""
    var (attempts, awayAttempts) = (0, 0)
    while attempts < max(1, environment.healAttemptLimit) {
      do {
        if attempts + awayAttempts > 0 { try await environment.clock.sleep(for: .seconds(1)) }
        try await fault.heal(undo, in: environment)
        try await fault.verifyHealed(undo, in: environment)
        try await ledger.close(entry)
        report.healed.append(undo)
        return
      } catch {
        reason = "\(error)"
        let runtimeError = error as? any ContainerRuntimeError
        // The missing container may be another one: a helper, or a peer used for the measurement.
        if runtimeError?.isMissingContainer == true, await isGone(undo.target) {
          do throws(FaultError) {
            try await ledger.close(entry)
            report.gone.append(undo)
          } catch {
            report.failures.append(HealFailure(undo: undo, message: "\(error)"))
          }
          return
        }
        if runtimeError?.isEngineAway == true, awayAttempts < environment.awayAttemptLimit {
          awayAttempts += 1
        } else {
          attempts += 1
        }
      }
    }
    report.failures.append(HealFailure(undo: undo, message: reason))
  }

  private func isGone(_ target: FaultTarget) async -> Bool {
    do {
      _ = try await environment.runtime.state(of: target.container)
      return false
    } catch {
      return (error as? any ContainerRuntimeError)?.isMissingContainer == true
    }
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
