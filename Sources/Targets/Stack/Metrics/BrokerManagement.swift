import ChaosPlan
import DockerEngine
import Foundation
import HTTPClient

/// RabbitMQ's management API, at the ports that the engine has published.
struct BrokerManagement: Sendable {
  let stack: Stack

  private static let limitMilliseconds = 3_000

  /// The answer of the first broker that responds to a question with a body, which is JSON.
  ///
  /// - Parameter ports: of those to ask, in this order.
  func post<Value: Decodable & Sendable>(
    _ type: Value.Type, _ path: String, body: [UInt8], ports: [Int]
  ) async -> Value? {
    guard let secrets = Secrets(path: stack.configuration.secretsFile), let user = secrets["KV_RABBITMQ_USER"],
      let password = secrets["KV_RABBITMQ_PASSWORD"]
    else { return nil }
    let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
    for port in ports {
      let request = HTTPRequest(
        method: "POST", url: "http://127.0.0.1:\(port)\(path)",
        headers: [("Authorization", "Basic \(credentials)"), ("Content-Type", "application/json")], body: body,
        connectTimeoutMilliseconds: 1_000, timeoutMilliseconds: Self.limitMilliseconds)
      guard let response = try? await stack.http.send(request), response.status == 200 else { continue }
      if let answer = try? JSONDecoder().decode(type, from: Data(response.body)) { return answer }
    }
    return nil
  }
}

extension Stack {
  /// Where the running brokers' management API answers, by their names; nothing when the engine does not answer.
  public func managementPorts() async -> [Int] {
    (try? await engine.containers())?.filter { $0.labels[StackLabel.tier] == Tier.rabbitmq.rawValue }
      .compactMap { $0.publishedPorts[PublishedPort.management] } ?? []
  }
}
