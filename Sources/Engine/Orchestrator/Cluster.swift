import Faults
import Stack

/// What a run strikes: its nodes as they are now, and the faults that can be done to them. The port between the engine
/// and the system under test; `StackCluster` implements it, and tests have one in memory.
protocol Cluster: Sendable {
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

  /// What faults left behind, a line each; nodes of the start that are gone count too.
  ///
  /// - Throws: `unavailable` when the cluster cannot be searched.
  func residue() async throws(StackError) -> [String]

  /// The nodes that do not do their part again within this time, a line each.
  ///
  /// - Throws: `unavailable` when the cluster does not answer.
  func lacking(within limit: Duration) async throws(StackError) -> [String]

  /// Hands over every container's log, from any thread.
  ///
  /// - Parameters:
  ///   - since: in seconds since 1970.
  ///   - take: called with the container's name and its log.
  /// - Returns: a sentence for each log that could not be fetched, or not be taken.
  func logs(since: Int64, _ take: @escaping @Sendable (String, String) throws -> Void) async -> [String]
}

/// The bundled stack, with an injector that holds its ledger.
struct StackCluster: Cluster {
  let stack: Stack
  let injector: FaultInjector
  let roster: Roster

  func status() async throws(StackError) -> StackStatus { try await stack.status() }

  func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection {
    try await injector.inject(fault, into: targets)
  }

  func losses(of injection: Injection) async -> [FaultLoss] { await injector.losses(of: injection) }

  func heal(_ injection: Injection) async -> HealReport { await injector.heal(injection) }

  func residue() async throws(StackError) -> [String] {
    try await stack.residue(since: roster).map(\.description)
  }

  func lacking(within limit: Duration) async throws(StackError) -> [String] {
    try await stack.lacking(within: limit, since: roster).map(\.description)
  }

  func logs(since: Int64, _ take: @escaping @Sendable (String, String) throws -> Void) async -> [String] {
    let engine = stack.engine
    guard let containers = try? await engine.containers() else { return ["the containers' logs could not be fetched"] }
    return await withTaskGroup(of: String?.self) { group in
      for container in containers {
        group.addTask {
          do {
            try take(
              container.name, try await engine.logs(container.name, sinceUnixSeconds: since, timestamps: true))
            return nil
          } catch {
            return "the log of \(container.name) could not be fetched: \(error)"
          }
        }
      }
      return await group.reduce(into: []) { notes, note in if let note { notes.append(note) } }.sorted()
    }
  }
}
