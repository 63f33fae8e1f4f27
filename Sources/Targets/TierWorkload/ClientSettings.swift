import ChaosPlan

/// The settings of one client container: the servers, the workload and the login.
public struct ClientSettings: Sendable, Hashable {
  /// A host and a port.
  public struct Address: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    /// Reads `172.30.87.11:6379`.
    public init?(_ text: some StringProtocol) {
      guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
        let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
      else { return nil }
      self.init(host: String(text[..<colon]), port: port)
    }

    public var description: String { "\(host):\(port)" }
  }

  public var tier: CapTier
  public var variant: CapVariant
  public var workload: CapWorkload
  /// The flavour of the SQL tier, for the few places where it matters.
  public var isCockroach: Bool
  /// Never empty. The first is where a queue is made.
  public var nodes: [Address]
  public var user: String
  public var password: String
  public var database: String
  /// In the names of everything that the run makes, so that runs do not meet: a word of small letters and digits.
  public var namespace: String
  public var seed: UInt64
  public var keys: Int

  public init(
    tier: CapTier, variant: CapVariant, workload: CapWorkload, isCockroach: Bool = false, nodes: [Address],
    user: String = "", password: String = "", database: String = "kv", namespace: String, seed: UInt64, keys: Int = 12
  ) {
    self.tier = tier
    self.variant = variant
    self.workload = workload
    self.isCockroach = isCockroach
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
