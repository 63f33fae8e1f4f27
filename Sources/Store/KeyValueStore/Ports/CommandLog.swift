/// The port to the replicated log of commands (RabbitMQ quorum queues).
public protocol CommandLog: Sendable {
  /// Publishes one command to its key's partition and waits for the log's confirmation, `timeout` at most. A command
  /// that could not be sent within `sendWithin` is given up and never sent.
  func publish(
    _ command: Command, wantsReply: Bool, sendWithin: Duration, timeout: Duration
  ) async -> PublishOutcome
}

/// The outcome of one attempt to publish.
public enum PublishOutcome: Sendable, Hashable {
  /// A quorum has the command.
  case confirmed
  /// This attempt can never be applied: it did not leave this process, or no queue took it.
  case notSent(reason: String)
  /// It may have reached the log.
  case unknown(reason: String)
}
