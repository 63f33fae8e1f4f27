/// One way to fail: set-up, inject, heal, each verified by measuring its effect.
///
/// A fault keeps no state between these calls: everything that `heal` needs is in the `Undo`, so that another process
/// can heal. `heal` must be safe to repeat, and safe when the injection never happened (the ledger is written before
/// it).
public protocol Fault: Sendable {
  /// The word under which the catalogue finds the fault again from an undo.
  var kind: FaultKind { get }

  /// How several targets are struck; `together` unless a fault says otherwise.
  var order: InjectionOrder { get }

  /// The undo's parameters that say what was there before. Where a fault of this kind is open on the container already,
  /// they are taken from the first one: what `setUp` finds then is that fault's doing, and giving it back would make it
  /// permanent.
  var originals: [String] { get }

  /// Looks whether the target can be struck and what its undo is. Changes nothing. Throws where it cannot be struck.
  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo

  /// Strikes.
  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Measures that the fault is in effect; throws `FaultError` with `notEffective` if it is not within the time limit.
  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Goes on striking from the time that the fault is in effect until the task is cancelled, before the heal. Nothing
  /// to do for a fault that stays by itself.
  func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws

  /// Looks once whether the fault is still in effect; asked when its time is over, before the heal. Changes nothing.
  ///
  /// - Throws: where it cannot be asked now, which is a finding like a fault that ended early.
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
