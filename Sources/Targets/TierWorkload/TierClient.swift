import Workload

/// A client of a tier with at most one operation in progress.
///
/// The rule of every outcome: ok needs the tier's own acknowledgement, and fail needs proof that nothing was done or
/// ever will be; a timeout, or a connection that broke after the request was sent, is unknown.
public protocol TierClient: Sendable {
  /// Creates what the workload needs, empty. Called once per run, before any traffic.
  func prepare() async throws
  /// Connects, so that the first operations do not include it. It is not part of the history.
  func warmUp() async
  func perform(_ operation: TierOperation) async -> Completion
  /// Performs an operation of the final phase, which reads what the tier has once it is quiet.
  func performFinal(_ operation: TierOperation) async -> Completion
  /// Removes what `prepare` created.
  func cleanUp() async throws
  /// Disconnects cleanly, so that nothing that was sent is still in progress.
  func close() async
}

extension TierClient {
  public func performFinal(_ operation: TierOperation) async -> Completion { await perform(operation) }
}

/// Why a client cannot work, in a sentence.
public struct TierWorkloadError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension Completion {
  /// The completion of an operation that this client does not know; it is never sent.
  static func impossible(_ operation: TierOperation) -> Completion {
    Completion(.failed, error: "this tier does not support \(operation.invocation.function)")
  }
}
