import AMQPClient
import KeyValueStore
import Synchronization

/// The command log on RabbitMQ: a publishing connection, and another one for the replies, so that a broker that blocks
/// publishers (memory alarm) still delivers replies.
public final class AMQPCommandLog: CommandLog {
  /// The type of a command's message.
  static let commandType = "kv.command.v1"

  private let publisher: AMQPConnection
  private let receiver: AMQPConnection
  private let partitions: Int
  private let replyQueue: ReplyQueue

  /// The reply queue's name while there is one.
  private final class ReplyQueue: Sendable {
    let name = Mutex<String?>(nil)
  }

  /// Connects at once and keeps both connections up. `notify` is for the log.
  public init(
    configuration: Configuration, replies: ReplyRegistry, notify: @escaping @Sendable (AMQPConnection.Notice) -> Void
  ) {
    partitions = configuration.partitions
    publisher = AMQPConnection(options: configuration.amqpOptions(role: "publisher"), notify: notify)
    let replyQueue = ReplyQueue()
    self.replyQueue = replyQueue
    let consumer = AMQPConsumer(queue: .exclusive, prefetch: 0, acknowledgesItself: true) { event in
      switch event {
      case .opened(_, let queue): replyQueue.name.withLock { $0 = queue }
      case .closed: replyQueue.name.withLock { $0 = nil }
      case .delivered(let deliveries, _):
        for delivery in deliveries {
          // Bytes that are no reply help nobody: the request asks the table instead.
          if let reply = try? Reply(encoded: delivery.body) { replies.deliver(reply) }
        }
      }
    }
    receiver = AMQPConnection(
      options: configuration.amqpOptions(role: "replies"), consumers: [consumer], notify: notify)
  }

  public func publish(_ command: Command, wantsReply: Bool, timeout: Duration) async -> PublishOutcome {
    // Without a reply queue the request still works: it looks the operation up.
    let replyTo = wantsReply ? replyQueue.name.withLock { $0 } : nil
    let message = AMQPMessage(
      queue: Partition(of: command.key, count: partitions).queueName, body: command.encoded(),
      messageID: command.operation.text, replyTo: replyTo, type: Self.commandType)
    switch await publisher.publish(message, timeout: timeout) {
    case .confirmed: return .confirmed
    case .notSent(let reason): return .notSent(reason: reason)
    case .unknown(let reason): return .unknown(reason: reason)
    }
  }

  /// Whether commands can be published now.
  public var isReady: Bool { publisher.isReady }

  /// Closes both connections after what was enqueued before.
  public func close() async {
    await publisher.close()
    await receiver.close()
  }
}
