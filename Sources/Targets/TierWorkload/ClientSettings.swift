import ChaosPlan
import Endpoints

/// The settings of one client container: the servers, the workload and the login.
public struct ClientSettings: Sendable, Hashable {
  public var tier: CapTier
  public var variant: CapVariant
  public var workload: CapWorkload
  /// The flavour of the SQL tier, for the few places where it matters.
  public var flavour: SQLFlavour
  /// Never empty. The first is where a queue is made.
  public var nodes: [HostPort]
  public var user: String
  public var password: String
  public var database: String
  /// In the names of everything that the run makes, so that runs do not meet: a word of small letters and digits.
  public var namespace: String
  public var seed: UInt64
  public var keys: Int

  public init(
    tier: CapTier, variant: CapVariant, workload: CapWorkload, flavour: SQLFlavour = .patroni, nodes: [HostPort],
    user: String = "", password: String = "", database: String = "kv", namespace: String, seed: UInt64, keys: Int = 12
  ) {
    self.tier = tier
    self.variant = variant
    self.workload = workload
    self.flavour = flavour
    self.nodes = nodes
    self.user = user
    self.password = password
    self.database = database
    self.namespace = namespace
    self.seed = seed
    self.keys = keys
  }

  /// How long an operation may take before its client gives it up.
  public var timeout: Duration { tier.clientTimeout }
}
