import ChaosPlan
import Yams

/// Every technology that this build knows, in the order in which messages list their roles. A new technology is a
/// folder, and a line here.
package enum TechnologyCatalogue {
  package static let all: [any Technology.Type] = [
    RedisCluster.self,
    RedisSentinel.self,
    RabbitMQ.self,
    Patroni.self,
    CockroachDB.self,
    Etcd.self,
    RabbitMQConsumers.self,
    Generic.self,
  ]

  static func technology(named name: String) -> (any Technology.Type)? { all.first { $0.name == name } }
}

extension MappingReader {
  /// The name of a secret, which a target file writes as `$NAME`; `nil` where the word is left out.
  func secret(_ word: String) -> String? {
    optional(word).flatMap { secret($0, word) }
  }

  func requiredSecret(_ word: String) -> String? {
    required(word, hint: Self.secretHint).flatMap { secret($0, word) }
  }

  private static var secretHint: String { "the name of a secret, like `$REDIS_PASSWORD`" }

  private func secret(_ node: Node, _ word: String) -> String? {
    value(of: node, word, hint: Self.secretHint) { text in
      text.wholeMatch(of: /\$([A-Za-z_][A-Za-z0-9_]*)/).map { String($0.output.1) }
    }
  }

  func text(_ word: String, hint: String) -> String? { optional(word).flatMap { text($0, word, hint: hint) } }

  func requiredText(_ word: String, hint: String) -> String? {
    required(word, hint: hint).flatMap { text($0, word, hint: hint) }
  }
}
