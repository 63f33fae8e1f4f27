/// The tier that caused a violation, and the evidence.
public struct Culprit: Sendable, Hashable, Codable {
  /// Where an operation was lost, or a wrong answer came from.
  public enum Tier: String, Sendable, Hashable, Codable, CaseIterable {
    case api
    case rabbitmq
    case worker
    case sql
    case redis
    /// NGINX and HAProxy.
    case proxy
    /// Patroni's configuration store.
    case etcd
    /// The suite's own client, which treated an outcome as certain without proof in an answer of the store.
    case client
    /// The services did not log the progress of operations.
    case untraced
  }

  public var tier: Tier
  /// The check that was violated.
  public var check: String
  public var sentence: String
  /// The operation that shows it; `nil` if there is no single one.
  public var operation: String?
  /// How many findings point there.
  public var count: Int

  public init(tier: Tier, check: String, sentence: String, operation: String? = nil, count: Int = 1) {
    self.tier = tier
    self.check = check
    self.sentence = sentence
    self.operation = operation
    self.count = count
  }
}
