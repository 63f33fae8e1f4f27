import ChaosPlan
import Endpoints

/// The settings of one client container: the servers, the workload and the login.
public struct ClientSettings: Sendable, Hashable {
  public var tier: CapTier
  public var variant: CapVariant
  public var workload: CapWorkload
  /// The flavour of the SQL tier, for the few places where it matters.
  public var flavour: SQLFlavour
  /// Never empty. Queues are declared at the first one.
  public var nodes: [HostPort]
  public var user: String
  public var password: String
  public var database: String
  /// Part of the name of everything that the run creates, so that runs do not collide; only lower-case letters and
  /// digits.
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

  /// How long an operation may take before its client gives up.
  public var timeout: Duration { tier.clientTimeout }
}
