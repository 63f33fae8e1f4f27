import Foundation
import HTTPClient

/// RabbitMQ's management API.
struct BrokerManagement: Sendable {
  let stack: Stack

  private static let limitMilliseconds = 3_000

  /// What the first broker that answers says.
  ///
  /// - Parameter brokers: the numbers of those to ask, in this order.
  func get<Value: Decodable & Sendable>(_ type: Value.Type, _ path: String, brokers: [Int]) async -> Value? {
    await ask(type, "GET", path, body: nil, brokers: brokers)
  }

  /// The same for a question with a body, which is JSON.
  func post<Value: Decodable & Sendable>(
    _ type: Value.Type, _ path: String, body: [UInt8], brokers: [Int]
  ) async -> Value? {
    await ask(type, "POST", path, body: body, brokers: brokers)
  }

  private func ask<Value: Decodable & Sendable>(
    _ type: Value.Type, _ method: String, _ path: String, body: [UInt8]?, brokers: [Int]
  ) async -> Value? {
    guard let secrets = Secrets(path: stack.configuration.secretsFile), let user = secrets["KV_RABBITMQ_USER"],
      let password = secrets["KV_RABBITMQ_PASSWORD"]
    else { return nil }
    let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
    for number in brokers {
      let request = HTTPRequest(
        method: method, url: "http://127.0.0.1:\(15_671 + number)\(path)",
        headers: [("Authorization", "Basic \(credentials)"), ("Content-Type", "application/json")], body: body,
        connectTimeoutMilliseconds: 1_000, timeoutMilliseconds: Self.limitMilliseconds)
      guard let response = try? await stack.http.send(request), response.status == 200 else { continue }
      if let answer = try? JSONDecoder().decode(type, from: Data(response.body)) { return answer }
    }
    return nil
  }
}

extension Stack {
  /// Messages in the command queues, those that a worker has in hand among them, as the brokers counted them within the
  /// last five seconds; nil when no broker answers. A message may carry several commands.
  public func queuedMessages() async -> Int? {
    struct Queue: Decodable, Sendable {
      var name: String
      /// Left out until the broker has counted for the first time.
      var messages: Int?
    }
    let queues = await BrokerManagement(stack: self).get(
      [Queue].self, "/api/queues?columns=name,messages", brokers: [1, 2, 3])
    return queues?.filter { $0.name.hasPrefix(RabbitMQTopology.commandQueuePrefix) }
      .reduce(0) { $0 + ($1.messages ?? 0) }
  }
}
