import AMQPClient
import KeyValueStore
import NIOCore
import Synchronization

/// An API's queue for the workers' replies, on a connection of its own, so that a broker that blocks publishers (memory
/// alarm) still delivers replies.
///
/// A broker that was frozen or cut off considers the others dead, and when it is back it deletes the metadata of their
/// exclusive queues. The queue's process stays alive and its subscriber gets no notice, but no reply reaches it. So the
/// API checks the queue all the time with a message that must be routed; when the queue is gone, it declares another
/// one.
final class ReplyQueue: Sendable {
  /// The interval of this check: until it detects the loss, every reply must be looked up in the table.
  private static let interval = TimeAmount.seconds(2)
  /// The check message contains no reply.
  private static let checkType = "kv.replies.check"

  private let connection: AMQPConnection
  private let current: Current
  private let check: RepeatedTask

  /// Its name while there is one.
  private final class Current: Sendable {
    let name = Mutex<String?>(nil)
  }

  /// Connects at once and keeps the queue up.
  init(
    options: AMQPOptions, replies: ReplyRegistry, loop: any EventLoop,
    notify: @escaping @Sendable (AMQPConnection.Notice) -> Void
  ) {
    let current = Current()
    let consumer = AMQPConsumer(queue: .exclusive, prefetch: 0, acknowledgesItself: true) { event in
      switch event {
      case .opened(_, let queue): current.name.withLock { $0 = queue }
      case .closed: current.name.withLock { $0 = nil }
      case .delivered(let deliveries, _):
        for delivery in deliveries {
          // Bytes that are not a reply are ignored: the request queries the table instead.
          for reply in (try? Reply.decoded(delivery.body)) ?? [] { replies.deliver(reply) }
        }
      }
    }
    let connection = AMQPConnection(options: options, consumers: [consumer], notify: notify)
    self.current = current
    self.connection = connection
    check = loop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
      guard let queue = current.name.withLock({ $0 }) else { return }
      let message = AMQPMessage(queue: queue, body: [], type: Self.checkType, isPersistent: false)
      connection.publish(message, deadline: .now + .seconds(2)) { outcome in
        guard case .notSent = outcome, current.name.withLock({ $0 == queue }) else { return }
        connection.renew(consumer: 0, reason: "its queue is gone")
      }
    }
  }

  /// The name while there is a queue.
  var name: String? { current.name.withLock { $0 } }

  func close() async {
    check.cancel()
    await connection.close()
  }
}
