import ChaosPlan

/// The tiers of the bundled store (`chaos/target.yml`), for what is about them and about no other target: bringing the
/// store up, scaling its services, its load test, and the CAP ledger.
extension Tier {
  public static let proxy = Tier(rawValue: "proxy")
  public static let api = Tier(rawValue: "api")
  public static let worker = Tier(rawValue: "worker")
  public static let redis = Tier(rawValue: "redis")
  public static let rabbitmq = Tier(rawValue: "rabbitmq")
  public static let sql = Tier(rawValue: "sql")
  /// The configuration store of the Patroni flavour.
  public static let etcd = Tier(rawValue: "etcd")
}
