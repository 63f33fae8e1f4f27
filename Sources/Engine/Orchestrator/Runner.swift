import ChaosPlan
import Faults
import Foundation
import Stack
import Synchronization

/// Runs a plan against the stack: the shell around `RunMachine`.
public struct Runner: Sendable {
  let file: PlanFile
  let options: RunOptions
  let stack: Stack
  let progress: @Sendable (RunProgress) -> Void
  /// The caller's choice; the plan overrides it in the stack's configuration.
  private let wanted: SQLFlavourChoice

  /// - Parameters:
  ///   - configuration: where the stack is; the plan's flavour and sizes override it. - progress: called with progress
  ///     events, from any thread.
  public init(
    _ file: PlanFile, configuration: StackConfiguration, options: RunOptions,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.file = file
    self.options = options
    self.progress = progress
    wanted = configuration.flavour
    var configuration = configuration
    if file.plan.stack.sql != .auto { configuration.flavour = file.plan.stack.sql }
    configuration.workers = file.plan.stack.workers ?? configuration.workers
    configuration.apis = file.plan.stack.apis ?? configuration.apis
    stack = Stack(configuration)
  }

  /// Runs the plan to its verdict.
  ///
  /// Once traffic has begun there is a report, whatever happens; faults are always healed before this returns, and what
  /// cannot be healed stays in the ledger.
  ///
  /// - Throws: `OrchestratorError`, `StackError` or `FaultError` where no run could begin, or its files cannot be
  ///   written.
  public func run() async throws -> RunResult {
    let (stream, events) = AsyncStream<RunMachine.Event>.makeStream()
    progress(.phase(.prepare))
    // Preparing may take minutes, and a signal ends it at once.
    let preparation = Task { try await prepare() }
    let wasInterrupted = Mutex(false)
    let interrupt: @Sendable (String) -> Void = { reason in
      wasInterrupted.withLock { $0 = true }
      preparation.cancel()
      progress(
        .note("\(reason): healing, then reporting; again: ends at once and leaves the rest to `kvchaos heal`"))
      events.yield(.interrupted(reason: reason))
    }
    let signals = options.catchesSignals ? SignalWatch(handler: interrupt) : nil
    defer { signals?.stop() }
    return try await withTaskCancellationHandler {
      let prepared: Prepared
      do {
        prepared = try await preparation.value
      } catch {
        guard wasInterrupted.withLock({ $0 }) else { throw error }
        throw OrchestratorError(code: .interrupted, message: "interrupted before the first operation")
      }
      // In a task of its own: the caller's cancellation is an event like a signal, and must not keep it from healing.
      return try await Task {
        let session = try RunSession(runner: self, prepared: prepared, events: events)
        return try await session.run(stream)
      }.value
    } onCancel: {
      interrupt("cancelled")
    }
  }

  /// The preparation of a run, before its first operation.
  struct Prepared: Sendable {
    /// The plan as the flavour runs it.
    var plan: Plan
    var flavour: SQLFlavour
    var injector: FaultInjector
    /// The nodes that existed at the start.
    var roster: Roster
    /// How long the services' cache keeps an entry.
    var cacheTimeToLive: Duration
    /// The store's address.
    var storeURL: String
  }

  /// Heals the residue of an earlier run, and starts the stack if it is not up.
  private func prepare() async throws -> Prepared {
    try await refuseWhatIsUnsuited()
    let ledger = try await openLedger()
    let injector = stack.injector(ledger)
    let recovery = try await stack.recover(with: injector, startsStopped: false)
    for line in recovery.lines { progress(.note("an earlier run left something behind; \(line)")) }
    guard recovery.isClean else {
      throw OrchestratorError(
        code: .unavailable,
        message: "the remains of an earlier run cannot be healed: \(recovery.problems.joined(separator: "; "))")
    }
    let isUp = try await stack.status().isUp
    if !isUp { progress(.note("the stack is not up; bringing it up")) }
    let flavour = try await stack.up { [progress] step in
      switch step {
      case .note(let text): progress(.note(text))
      case .tier(let tier):
        if !isUp, tier.ready == tier.total { progress(.note("\(tier.tier): \(tier.ready) ready")) }
      case .answered(let duration):
        let seconds = Double(Int(duration / .milliseconds(100))) / 10
        progress(.note("the store answers (\(seconds) s)"))
      }
    }
    let suited = file.plan.suited(to: flavour)
    for reason in suited.leftOut { progress(.note("left out of the random faults: \(reason)")) }
    try Task.checkCancellation()
    return Prepared(
      plan: suited.plan, flavour: flavour, injector: injector, roster: try await stack.roster(),
      cacheTimeToLive: try await stack.cacheTimeToLive(), storeURL: try await stack.storeURL())
  }

  /// A plan that its flavour cannot run is refused before anything is touched: no ledger, no container, no traffic.
  private func refuseWhatIsUnsuited() async throws {
    // Most plans run on any flavour, and determining the flavour may require a pull.
    guard SQLFlavour.allCases.contains(where: { file.plan.conflict(with: $0) != nil }) else { return }
    let flavour = try await stack.flavourToBe(wanted: wanted) { [progress] step in
      if case .note(let text) = step { progress(.note(text)) }
    }
    if let conflict = file.plan.conflict(with: flavour) {
      throw UnsuitedPlan(plan: file.plan, flavour: flavour, reason: conflict)
    }
  }

  /// Opens the ledger. One that is in use may be that of a run that is just ending, so it is tried again for a moment.
  private func openLedger() async throws -> UndoLedger {
    let lock = try await stack.claim()
    let path = stack.configuration.ledgerFile
    for _ in 0..<5 {
      if let ledger = try ledgerIfFree(path, lock) { return ledger }
      try await Task.sleep(for: .milliseconds(200))
    }
    return try UndoLedger(path: path, lock: lock)
  }

  /// `nil` where another run of this process holds it.
  private func ledgerIfFree(_ path: String, _ lock: ProjectLock) throws(FaultError) -> UndoLedger? {
    do {
      return try UndoLedger(path: path, lock: lock)
    } catch {
      if error.code == .ledgerInUse { return nil }
      throw error
    }
  }
}
