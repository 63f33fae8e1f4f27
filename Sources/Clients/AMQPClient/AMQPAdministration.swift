import Synchronization
import ThreadExecutor

/// Declares and deletes queues: for the one-shot migration and the benchmark, not for services at work.
public enum AMQPAdministration {
  /// Logs in at each of the hosts, one after the other. Throws `AMQPError` for the first one that refuses.
  ///
  /// A broker opens its port only when it is part of its cluster, so afterwards all of them are.
  public static func logIn(everywhere options: AMQPOptions) async throws {
    try await onThread {
      for host in options.hosts { try AMQPHandle(options, host: host).close() }
    }
  }

  /// Declares durable queues with the same arguments on a connection of its own. Throws `AMQPError`; a queue that
  /// exists with other arguments is `refused`.
  public static func declare(queues: [String], arguments: [AMQPArgument], options: AMQPOptions) async throws {
    try await onThread {
      try AMQPHandle.withChannel(options) { (handle, channel) throws(AMQPError) in
        for queue in queues { try handle.declareQueue(queue, channel: channel, arguments: arguments) }
      }
    }
  }

  /// Deletes queues with their messages, on a connection of its own. Throws `AMQPError`; a queue that does not exist is
  /// no error.
  public static func delete(queues: [String], options: AMQPOptions) async throws {
    try await onThread {
      try AMQPHandle.withChannel(options) { (handle, channel) throws(AMQPError) in
        for queue in queues { _ = try handle.deleteQueue(queue, channel: channel) }
      }
    }
  }

  /// Deletes a queue that has neither messages nor consumers. Returns how many of them it had; `nil` if the queue does
  /// not exist. Throws `AMQPError`.
  ///
  /// Quorum queues do not know `if-unused` and `if-empty`: messages published between the check and the deletion are
  /// lost, so no client may publish to the queue any more. If it happens anyway, `refused` says so.
  public static func deleteIfUnused(
    queue: String, options: AMQPOptions
  ) async throws -> (messages: Int, consumers: Int)? {
    let found = Mutex<(messages: Int, consumers: Int)?>(nil)
    try await onThread {
      try AMQPHandle.withChannel(options) { (handle, channel) throws(AMQPError) in
        guard let counts = try handle.counts(of: queue, channel: channel) else { return }
        found.withLock { $0 = counts }
        guard counts == (0, 0) else { return }
        let lost = try handle.deleteQueue(queue, channel: channel)
        if lost > 0 {
          throw AMQPError(.refused, "\(lost) messages arrived in \(queue) while it was deleted, and are lost")
        }
      }
    }
    return found.withLock { $0 }
  }

  /// librabbitmq's calls block, which no thread of Swift's pool may do.
  private static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      DedicatedThread.start(name: "amqp-admin") {
        do {
          try body()
          continuation.resume()
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }
}
