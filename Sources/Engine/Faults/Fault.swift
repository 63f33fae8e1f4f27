/// One way to fail: set-up, inject, heal, each verified by measuring its effect.
///
/// A fault keeps no state between these calls: everything that `heal` needs is in the `Undo`, so that another process
/// can heal. `heal` must be safe to repeat, and safe when the injection never happened (the ledger is written before
/// it).
public protocol Fault: Sendable {
  /// The word under which the catalogue finds the fault again from an undo.
  var kind: FaultKind { get }

  /// How several targets are struck; `together` by default.
  var order: InjectionOrder { get }

  /// The undo's parameters that say what was there before. If a fault of this kind is already open on the container,
  /// they are taken from the first one: the current values are then that fault's effect, and restoring them would make
  /// it permanent.
  var originals: [String] { get }

  /// Checks whether the target can be struck, and determines the undo. Changes nothing. Throws if the target cannot be
  /// struck.
  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo

  /// Strikes.
  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Measures that the fault is in effect; throws `FaultError` with `notEffective` if it is not within the time limit.
  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Keeps the fault in effect until the task is cancelled, before the heal. A fault that lasts by itself needs nothing
  /// here.
  func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Checks once whether the fault is still in effect, when its time is over and before the heal. Changes nothing.
  ///
  /// - Throws: if this cannot be determined now, which is a finding, like a fault that ended early.
  func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence

  /// Takes the fault back.
  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Measures that nothing of the fault is left; throws `FaultError` with `notHealed` if it is not within the time
  /// limit.
  ///
  /// The node's recovery (its health check, its place in the cluster) is not waited for: that is what a run measures.
  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws
}

extension Fault {
  public var order: InjectionOrder { .together }
  public var originals: [String] { [] }
  public func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws {}
}
