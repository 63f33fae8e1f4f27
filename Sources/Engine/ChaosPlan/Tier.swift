/// A tier of the stack under test.
///
/// The raw value is the word in plans, in container labels (`io.kvchaos.tier`) and in reports.
public enum Tier: String, Sendable, Hashable, CaseIterable, Codable {
  case proxy
  case api
  case worker
  case redis
  case rabbitmq
  case sql
  /// The configuration store of the Patroni flavour; a tier of its own, so that a plan can break it.
  case etcd
}
