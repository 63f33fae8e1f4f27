import Faults
import Stack

/// What a run strikes: its nodes as they are now, and the faults that can be done to them. The port between the engine
/// and the system under test; `StackCluster` implements it, and tests have one in memory.
public protocol Cluster: Sendable {
  /// Every node with its current role.
  ///
  /// - Throws: `unavailable` when the cluster does not answer.
  func status() async throws(StackError) -> StackStatus

  /// Strikes all targets, and returns when the effect on each was measured. What was injected before a failure is
  /// healed; the error names what could not be.
  func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection

  /// The targets on which a fault is not, or not certainly, in effect any more. Changes nothing.
  func losses(of injection: Injection) async -> [FaultLoss]

  /// Heals a fault and verifies it. A cancelled task heals all the same.
  func heal(_ injection: Injection) async -> HealReport
}

/// The bundled stack, with an injector that holds its ledger.
public struct StackCluster: Cluster {
  let stack: Stack
  let injector: FaultInjector

  public init(stack: Stack, injector: FaultInjector) {
    self.stack = stack
    self.injector = injector
  }

  public func status() async throws(StackError) -> StackStatus { try await stack.status() }

  public func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection {
    try await injector.inject(fault, into: targets)
  }

  public func losses(of injection: Injection) async -> [FaultLoss] { await injector.losses(of: injection) }

  public func heal(_ injection: Injection) async -> HealReport { await injector.heal(injection) }
}
