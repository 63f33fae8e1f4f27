import Workload

/// A client of a tier with at most one operation under way.
///
/// The rule of every outcome: ok needs the tier's own acknowledgement, and fail needs proof that nothing was done or
/// ever will be; a time that is up and a connection that broke after the request had left are unknown.
public protocol TierClient: Sendable {
  /// Makes what the workload needs, empty. Called once a run, before any traffic.
  func prepare() async throws
  /// Connects, so that the first operations are not about that. What it does is in no history.
  func warmUp() async
  func perform(_ operation: TierOperation) async -> Completion
  /// Performs an operation of the final phase, which asks what the tier has when all is quiet.
  func performFinal(_ operation: TierOperation) async -> Completion
  /// Takes away what `prepare` made.
  func cleanUp() async throws
  /// Says goodbye: nothing that was sent is under way any more.
  func close() async
}

extension TierClient {
  public func performFinal(_ operation: TierOperation) async -> Completion { await perform(operation) }
}

/// What keeps a client from its work, in a sentence.
public struct TierWorkloadError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension Completion {
  /// An operation that this client does not know; never sent.
  static func impossible(_ operation: TierOperation) -> Completion {
    Completion(.failed, error: "this tier does not support \(operation.invocation.function)")
  }
}
