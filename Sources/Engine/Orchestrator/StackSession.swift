import ChaosPlan
import Failures
import Faults
import Polling
import Stack

/// The stack as a run or a series of CAP cells takes it over: claimed, without the residue of an earlier run, and up.
public struct StackSession: Sendable {
  public let flavour: SQLFlavour
  /// Keeps the ledger, and with it the right to change the stack.
  public let injector: FaultInjector
  /// The nodes that existed at the start.
  public let roster: Roster

  /// Claims the stack, heals the residue of an earlier run, and starts the stack if it is not up.
  ///
  /// - Throws: `StackError` and `FaultError` where the stack or the ledger is not available or in use, and
  ///   `CommandError` (`unavailable`) where residue stays.
  public static func open(
    _ stack: Stack, progress: @escaping @Sendable (RunProgress) -> Void
  ) async throws -> StackSession {
    let lock = try await stack.claim()
    let ledger = try await Self.ledger(path: stack.configuration.ledgerFile, lock: lock, clock: ContinuousClock())
    let injector = stack.injector(ledger)
    let recovery = try await stack.recover(with: injector, startsStopped: false)
    for line in recovery.lines { progress(.note("an earlier run left something behind; \(line)")) }
    guard recovery.isClean else {
      throw CommandError(
        .unavailable, "the remains of an earlier run cannot be healed: \(recovery.problems.joined(separator: "; "))")
    }
    let isUp = try await stack.status().isUp
    if !isUp { progress(.note("the stack is not up; bringing it up")) }
    let flavour = try await stack.up { step in
      switch step {
      case .note(let text): progress(.note(text))
      case .tier(let tier):
        if !isUp, tier.ready == tier.total { progress(.note("\(tier.tier): \(tier.ready) ready")) }
      case .answered(let duration):
        let seconds = Double(Int(duration / .milliseconds(100))) / 10
        progress(.note("the store answers (\(seconds) s)"))
      }
    }
    try Task.checkCancellation()
    return StackSession(flavour: flavour, injector: injector, roster: try await stack.roster())
  }

  /// Opens the ledger. A run of this process that is just ending may still hold it, so this tries again for a second.
  ///
  /// - Throws: `FaultError`, at once for anything but a ledger in use.
  static func ledger<C: Clock<Duration>>(
    path: String, lock: ProjectLock?, clock: C
  ) async throws(FaultError) -> UndoLedger {
    let deadline = clock.now.advanced(by: .seconds(1))
    return try await Poll.until(deadline, every: .milliseconds(200), clock: clock) { () async throws(Never) in
      Result { () throws(FaultError) in try UndoLedger(path: path, lock: lock) }
    } isFinal: { opened in
      guard case .failure(let error) = opened else { return true }
      return error.code != .ledgerInUse
    }.get()
  }
}
