import ChaosPlan
import Synchronization
import Testing

@testable import Technologies

/// Nodes that answer what a test says, and remember what they were asked.
final class FakePort: NodePort {
  private let tiers: [Tier: [TierNode]]
  private let outputs: [String: String]
  private let answers: [String: String]
  private let secrets: [String: String]
  private let questions = Mutex<[String]>([])

  /// - Parameters:
  ///   - outputs: of commands, by the names of nodes; nodes that are left out fail.
  ///   - answers: to HTTP requests, likewise.
  init(
    _ tiers: [Tier: [TierNode]], outputs: [String: String] = [:], answers: [String: String] = [:],
    secrets: [String: String] = [:]
  ) {
    self.tiers = tiers
    self.outputs = outputs
    self.answers = answers
    self.secrets = secrets
  }

  /// As `node: question`, sorted.
  var asked: [String] { questions.withLock { $0.sorted() } }

  func nodes(of tier: Tier) -> [TierNode] { tiers[tier] ?? [] }

  func output(
    of command: [String], environment: [String], in node: TierNode, within _: Duration
  ) async -> String? {
    questions.withLock { $0.append("\(node.name): \((environment + command).joined(separator: " "))") }
    return outputs[node.name]
  }

  func answer(to path: String, port: Int, of node: TierNode, authorization: String?) async -> [UInt8]? {
    questions.withLock { $0.append("\(node.name): \(authorization ?? "") \(port)\(path)") }
    return answers[node.name].map { Array($0.utf8) }
  }

  func secret(_ name: String) -> String? { secrets[name] }

  static func nodes(_ names: String..., down: Set<String> = []) -> [TierNode] {
    names.map { TierNode(name: $0, id: "\($0)-id", hostname: $0, isRunning: !down.contains($0)) }
  }
}

/// Tiers of the tests.
extension Tier {
  static let proxy = Tier(rawValue: "proxy")
  static let worker = Tier(rawValue: "worker")
  static let redis = Tier(rawValue: "redis")
  static let rabbitmq = Tier(rawValue: "rabbitmq")
  static let sql = Tier(rawValue: "sql")
  static let etcd = Tier(rawValue: "etcd")
}

/// A technology with the words that its tier has in a target file: `etcd`, or `redis-cluster, password: $SECRET`.
func technology(_ kind: String) throws -> any Technology {
  let text = "target: t\ncompose: { project: p }\ntiers: { tier: { kind: \(kind) } }\n"
  return try #require(TargetFile.parse(text, path: "target.yml").tiers.first?.technology(on: .patroni))
}
