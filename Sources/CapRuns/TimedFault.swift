import Faults
import History
import Synchronization

/// A fault that notes when it really began to strike: to set it up takes time, too.
final class TimedFault: Fault {
  private let fault: any Fault
  private let strike = Mutex<Int64?>(nil)

  init(_ fault: any Fault) { self.fault = fault }

  /// On the monotonic clock; `nil`: it did not strike.
  var struckAt: Int64? { strike.withLock { $0 } }

  var kind: FaultKind { fault.kind }
  var order: InjectionOrder { fault.order }

  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await fault.setUp(target, in: environment)
  }

  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    strike.withLock { $0 = $0 ?? MonotonicClock.nanoseconds }
    try await fault.inject(undo, in: environment)
  }

  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.verifyInjected(undo, in: environment)
  }

  func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.maintain(undo, in: environment)
  }

  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws { try await fault.heal(undo, in: environment) }

  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await fault.verifyHealed(undo, in: environment)
  }
}
