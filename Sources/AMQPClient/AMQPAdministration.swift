import ThreadExecutor

/// Declares queues: for the one-shot migration, not for services at work.
public enum AMQPAdministration {
  /// Declares durable queues with the same arguments on a connection of its own. Throws `AMQPError`; a queue that exists
  /// with other arguments is `refused`.
  public static func declare(queues: [String], arguments: [AMQPArgument], options: AMQPOptions) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      DedicatedThread.start(name: "amqp-declare") {
        do {
          guard let host = options.hosts.randomElement() else { fatalError("AMQP options without a host") }
          let handle = try AMQPHandle(options, host: host)
          try handle.openChannel(1, confirms: false)
          for queue in queues { try handle.declareQueue(queue, channel: 1, arguments: arguments) }
          handle.close()
          continuation.resume()
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }
}
