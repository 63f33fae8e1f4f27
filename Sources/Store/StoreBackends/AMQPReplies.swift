import AMQPClient
import KeyValueStore

/// A worker's publisher of replies to the APIs and of dead letters.
public struct AMQPReplies: ReplySender, DeadLetters {
  /// The queue for messages that cannot be decoded.
  public static let deadLetterQueue = "kv.dead-letters"

  private let connection: AMQPConnection

  public init(connection: AMQPConnection) { self.connection = connection }

  public func send(_ replies: [Reply], to address: String) {
    connection.send(
      AMQPMessage(queue: address, body: Reply.encoded(replies), type: "kv.replies.v1", isPersistent: false))
  }

  public func store(_ message: [UInt8], reason: String, from partition: Partition) async -> Bool {
    // The reason travels as the message's type, which the management UI shows; 255 bytes are the protocol's limit.
    let type = String(decoding: "dead: \(partition.queueName): \(reason)".utf8.prefix(250), as: UTF8.self)
    let outcome = await connection.publish(
      AMQPMessage(queue: Self.deadLetterQueue, body: message, type: type), timeout: .seconds(5))
    return outcome == .confirmed
  }
}
