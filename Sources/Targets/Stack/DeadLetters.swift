import Foundation
import HTTPClient

/// The messages that no worker could read: their number, and the reasons of the newest ones.
public struct DeadLetters: Sendable, Hashable, Encodable {
  /// The reason for one message. Never its content, which may hold a value.
  public struct Letter: Sendable, Hashable, Encodable {
    /// The command queue that it came from.
    public var queue: String
    public var reason: String
  }

  /// The queue that holds them.
  static let queueName = "kv.dead-letters"
  /// How many messages are read to find the newest ones.
  static let lookedAtMaximum = 1000
  static let shownMaximum = 5

  public var count: Int
  /// The newest messages, newest first. If there are very many, only the oldest `lookedAtMaximum` can be read.
  public var newest: [Letter]

  /// A part of the management API's description of a message.
  struct Message: Decodable, Sendable {
    struct Properties: Decodable, Sendable {
      var type: String?
    }

    enum CodingKeys: String, CodingKey { case properties }

    var type: String?

    init(from decoder: any Decoder) throws {
      // A message without properties has an empty list in their place.
      let container = try decoder.container(keyedBy: CodingKeys.self)
      type = (try? container.decode(Properties.self, forKey: .properties))?.type
    }
  }

  init(count: Int, messages: [Message]) {
    self.count = count
    newest = messages.suffix(Self.shownMaximum).reversed().map { Letter(type: $0.type ?? "") }
  }

  /// Lines for people; empty when there are none.
  var lines: [String] {
    guard count > 0 else { return [] }
    return ["Dead letters: \(count) in \(Self.queueName)"] + newest.map { "  \($0.queue): \($0.reason)" }
  }
}

extension DeadLetters.Letter {
  /// Reads `dead: <queue>: <reason>`, a worker's note on the message.
  init(type: String) {
    let parts = type.split(separator: ": ", maxSplits: 2).map(String.init)
    if parts.count == 3, parts[0] == "dead" {
      self.init(queue: parts[1], reason: parts[2])
    } else {
      self.init(queue: "unknown", reason: "not put there by a worker")
    }
  }
}

extension Stack {
  /// The dead letters, which stay in the queue; `nil` when no broker answers.
  public func deadLetters() async -> DeadLetters? {
    struct Get: Encodable {
      var count = DeadLetters.lookedAtMaximum
      var ackmode = "ack_requeue_true"
      var encoding = "base64"
      // Fetch no more of a message's content than necessary.
      var truncate = 1
    }
    guard let count = await queueReplicas()?.first(where: { $0.queue == DeadLetters.queueName })?.messages else {
      return nil
    }
    guard count > 0, let body = try? JSONEncoder().encode(Get()) else { return DeadLetters(count: count, messages: []) }
    let messages = await BrokerManagement(stack: self).post(
      [DeadLetters.Message].self, "/api/queues/%2F/\(DeadLetters.queueName)/get", body: Array(body),
      ports: await managementPorts())
    return DeadLetters(count: count, messages: messages ?? [])
  }
}
