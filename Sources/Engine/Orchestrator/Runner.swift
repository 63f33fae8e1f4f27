import ChaosPlan
import Failures
import Stack

/// Runs a plan against the stack.
public struct Runner: Sendable {
  private let file: PlanFile
  private let options: RunOptions
  private let stack: Stack
  private let progress: @Sendable (RunProgress) -> Void
  /// The caller's choice; the plan overrides it in the stack's configuration.
  private let wanted: SQLFlavourChoice

  /// - Parameters:
  ///   - configuration: where the stack is; the plan's flavour and sizes override it.
  ///   - progress: called with progress events, from any thread.
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
  /// - Throws: `CommandError`, `StackError` or `FaultError` where no run could begin, or its files cannot be
  ///   written.
  public func run() async throws -> RunResult {
    progress(.phase(.prepare))
    return try await Interruption.watch(catchesSignals: options.catchesSignals) { [progress] reason in
      progress(
        .note("\(reason): healing, then reporting; again: ends at once and leaves the rest to `kvchaos heal`"))
    } body: { interruption in
      let session: RunSession
      do {
        // Preparing may take minutes, and an interruption ends it at once.
        session = try await interruption.cancelling { try RunSession(try await prepare()) }
      } catch {
        guard interruption.reason != nil else { throw error }
        throw CommandError(.interrupted, "interrupted before the first operation")
      }
      var result = try await interruption.telling(session.course.interrupt) { await session.run() }
      // One that comes while the verdict is decided ends nothing any more, and counts all the same.
      if interruption.reason != nil { result.wasInterrupted = true }
      return result
    }
  }

  /// Takes the stack over, and adapts the plan to its flavour.
  private func prepare() async throws -> RunSetup {
    try await refuseWhatIsUnsuited()
    let session = try await StackSession.open(stack, progress: progress)
    let suited = file.plan.suited(to: session.flavour)
    for reason in suited.leftOut { progress(.note("left out of the random faults: \(reason)")) }
    let (workload, url, limits) = (suited.plan.workload, try await stack.storeURL(), options.settlement)
    return RunSetup(
      file: file, plan: suited.plan, flavour: session.flavour.rawValue,
      engine: stack.configuration.engine.description, cacheTimeToLive: try await stack.cacheTimeToLive(),
      options: options, cluster: StackCluster(stack: stack, injector: session.injector, roster: session.roster),
      traffic: { history, seed, namespace in
        StoreTraffic(workload, url: url, seed: seed, namespace: namespace, history: history, limits: limits)
      }, progress: progress)
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
}
