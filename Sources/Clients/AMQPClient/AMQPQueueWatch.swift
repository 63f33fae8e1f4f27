import Synchronization
import ThreadExecutor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Counts the messages that are ready in some queues every few seconds, on a thread and a connection of its own, for
/// metrics.
public final class AMQPQueueWatch: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var lookedAt: ContinuousClock.Instant?
    var isClosed = false
  }

  /// How often it looks: within the heartbeats' time, so that a connection that only asks is kept.
  private static let intervalSeconds: UInt32 = 3
  /// An older count is out of date.
  private static let validity: Duration = .seconds(15)

  private let state = Mutex(State())

  /// Starts the thread, which connects at once, and again whenever the connection is lost, until `close`.
  public init(options: AMQPOptions, queues: [String]) {
    DedicatedThread.start(name: "amqp-watch") { [self] in
      while !isClosed {
        // The publisher's own notices say why there is no connection; here it only means that nothing is known.
        try? watch(queues, options)
        sleep(Self.intervalSeconds)
      }
    }
  }

  private var isClosed: Bool { state.withLock { $0.isClosed } }

  private func watch(_ queues: [String], _ options: AMQPOptions) throws(AMQPError) {
    try AMQPHandle.withChannel(options) { (handle, channel) throws(AMQPError) in
      while !isClosed {
        var counts: [String: Int] = [:]
        for queue in queues { counts[queue] = try handle.messageCount(of: queue, channel: channel) }
        state.withLock { state in
          state.counts = counts
          state.lookedAt = .now
        }
        sleep(Self.intervalSeconds)
      }
    }
  }

  /// Messages in the queue that are not delivered yet, as of a few seconds ago; `nil` if no node could be asked.
  public func readyMessages(in queue: String) -> Int? {
    state.withLock { state in
      guard let lookedAt = state.lookedAt, ContinuousClock.now - lookedAt < Self.validity else { return nil }
      return state.counts[queue]
    }
  }

  /// Ends the thread after its next look.
  public func close() { state.withLock { $0.isClosed = true } }
}
