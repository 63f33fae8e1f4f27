import Faults
import History
import Synchronization

/// A fault that records when it really began to strike, and when it was completely healed: setting up and verifying
/// take time too.
final class TimedFault: Fault {
  private let fault: any Fault
  private let times = Mutex<(strike: Int64?, healBegin: Int64?, heal: Int64?)>((nil, nil, nil))

  init(_ fault: any Fault) { self.fault = fault }

  /// On the monotonic clock; `nil`: it did not strike.
  var struckAt: Int64? { times.withLock { $0.strike } }
  /// When the first of it began to be taken back.
  var healBeganAt: Int64? { times.withLock { $0.healBegin } }
  /// `nil`: it was not taken back.
  var healedAt: Int64? { times.withLock { $0.heal } }

  /// Takes the fault back.
  ///
  /// - Parameter injector: the one that injected it. It heals by its catalogue, so this one heals by the fault itself.
  func heal(_ injection: Injection, by injector: FaultInjector) async -> CellStrike.Heal {
    let others = injector.catalogue.kinds.filter { $0 != kind }.compactMap { injector.catalogue.fault(of: $0) }
    let own = FaultInjector(
      ledger: injector.ledger, environment: injector.environment, catalogue: FaultCatalogue(others + [self]))
    let losses = await own.losses(of: injection).map { "the fault was not in effect until its heal: \($0)" }
    let report = await own.heal(injection)
    return CellStrike.Heal(
      beganAt: healBeganAt, endedAt: healedAt, problems: losses + report.findings + report.upkeepProblems)
  }

  var kind: FaultKind { fault.kind }
  var order: InjectionOrder { fault.order }
  var originals: [String] { fault.originals }

  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await fault.setUp(target, in: environment)
  }

  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    times.withLock { $0.strike = $0.strike ?? MonotonicClock.nanoseconds }
    try await fault.inject(undo, in: environment)
  }

  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.verifyInjected(undo, in: environment)
  }

  func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.maintain(undo, in: environment)
  }

  func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    try await fault.presence(undo, in: environment)
  }

  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    times.withLock { $0.healBegin = $0.healBegin ?? MonotonicClock.nanoseconds }
    try await fault.heal(undo, in: environment)
    times.withLock { $0.heal = MonotonicClock.nanoseconds }
  }

  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.verifyHealed(undo, in: environment)
  }
}
