import Presentation

/// How soon a tier's own live settings let expect service again after a strike, for clients that reach a majority of
/// it.
///
/// A rule a tier, from its documentation and source; the settings are asked of the running tier, never assumed:
///
/// - Redis Cluster: a node is pinged at least every half of `cluster-node-timeout` and suspected when it has not
///   answered for that long; the replica then waits 0.5 to 1 s before it asks for votes (Redis Cluster specification).
/// - RabbitMQ: a killed node is noticed by its connection, and its queues elect after one poll of the Raft detector at
///   most; a silent one (paused, cut off) when `net_ticktime` and a quarter have passed.
/// - Patroni: the leader's lease lasts `ttl` from its last renewal; the others look every `loop_wait`.
/// - CockroachDB: a range is served again when the lease of the node that had it has ended. How long that is follows
///   from other settings in each version; the code that records them works it out.
public struct Promise: Sendable, Hashable, Codable {
  public var seconds: Double
  /// How it follows from the settings, for people.
  public var formula: String
  /// The variant refuses on purpose when it cannot be safe: this lasts as long as the fault, and is the price of
  /// safety.
  public var isRefusalThePoint: Bool

  /// Seconds that an election takes by itself, once it has begun.
  private static let election = 1.0

  init(seconds: Double, formula: String, isRefusalThePoint: Bool = false) {
    self.seconds = CellJudge.rounded(seconds)
    self.formula = formula
    self.isRefusalThePoint = isRefusalThePoint
  }

  /// - Returns: `nil` where the settings promise nothing, or were not recorded: classic queues do not move, and nodes
  ///   that are all down come back only when they are started by hand.
  public init?(_ record: CapRecord) {
    guard !record.fault.hasSuffix("all-down"), record.variant != "classic-queue" else { return nil }
    func setting(_ name: String) -> Double? { record.settings.first { $0.name == name }?.seconds }
    let isKilled = record.fault.hasSuffix("killed")
    switch record.struckTier {
    case "redis":
      guard let timeout = setting("cluster-node-timeout") else { return nil }
      self.init(
        seconds: 1.5 * timeout + Self.election,
        formula: "1.5 x cluster-node-timeout (\(Numbers.number(timeout)) s) + 1 s for the election",
        isRefusalThePoint: record.variant == "wait-1" || record.variant == "min-replicas")
    case "rabbitmq" where isKilled:
      guard let poll = setting("raft.adaptive_failure_detector.poll_interval") else { return nil }
      self.init(
        seconds: poll + Self.election,
        formula: "raft.adaptive_failure_detector.poll_interval (\(Numbers.number(poll)) s) + 1 s for the election")
    case "rabbitmq":
      guard let tick = setting("net_ticktime") else { return nil }
      let poll = setting("raft.adaptive_failure_detector.poll_interval") ?? 0
      self.init(
        seconds: 1.25 * tick + poll + Self.election,
        formula: "1.25 x net_ticktime (\(Numbers.number(tick)) s) + raft.adaptive_failure_detector.poll_interval "
          + "(\(Numbers.number(poll)) s) + 1 s for the election")
    case "sql" where record.flavour == "patroni":
      guard let ttl = setting("ttl"), let wait = setting("loop_wait") else { return nil }
      self.init(
        seconds: ttl + wait, formula: "ttl (\(Numbers.number(ttl)) s) + loop_wait (\(Numbers.number(wait)) s)")
    case "sql":
      guard let lease = setting("lease") else { return nil }
      let origin = record.settings.first { $0.name == "lease" }.map { ": \($0.value)" } ?? ""
      self.init(
        seconds: lease + Self.election, formula: "lease (\(Numbers.number(lease)) s\(origin)) + 1 s for the election")
    default: return nil
    }
  }
}
