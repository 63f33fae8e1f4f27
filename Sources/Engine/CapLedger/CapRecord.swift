/// The record of one run of one cell: a tier (or a variant of it), a workload, a fault, and clients on sides.
///
/// It is `record.json` in the cell's folder `results/cap/<name>/`, beside the history. The run of a cell writes it; the
/// ledger judges it, and takes nothing else.
public struct CapRecord: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.cap-record/1"

  /// What the clients did.
  public enum Workload: String, Sendable, Hashable, Codable, CaseIterable {
    /// `put` (value: unique) and `get` (ok's value; null: absent) of a few keys. After the heal, when all is quiet
    /// again, a `get` of each key with the level `final`.
    case register
    /// `add` of unique elements, and at the end a `read` with the level `final`, whose ok has the list of all elements.
    case set
    /// `enqueue` of unique elements, and `dequeue` (ok's value; null: the queue was empty). After the heal dequeues
    /// with the level `final` until one has found the queue empty. An element is acknowledged only when it is in hand
    /// and recorded.
    case queue
    /// `transfer` (value: `[from, to, amount]`), and `read`, whose ok has the list of all balances.
    case bank
  }

  /// Clients with the same view of the nodes while the fault is there.
  public struct Side: Sendable, Hashable, Codable {
    /// `minority`, `majority`, or `all` where the fault does not divide the clients.
    public var name: String
    /// The nodes that its clients could reach during the fault, those that were down or paused left out.
    public var nodes: [String]
    /// The first process numbers of its clients, all below the record's `stride`. A client whose operation ended in
    /// info goes on under its number + `stride`, so a process belongs to the side that has its number modulo `stride`.
    public var processes: [Int]
    /// Whether its nodes could make a majority of the tier, and so could go on.
    public var hasMajority: Bool

    public init(name: String, nodes: [String], processes: [Int], hasMajority: Bool) {
      self.name = name
      self.nodes = nodes
      self.processes = processes
      self.hasMajority = hasMajority
    }
  }

  /// A setting of the tier as it runs, asked of the tier itself.
  public struct LiveSetting: Sendable, Hashable, Codable {
    /// As the tier calls it; what `Promise` reads: `cluster-node-timeout` (Redis), `net_ticktime` and
    /// `raft.adaptive_failure_detector.poll_interval` (RabbitMQ), `ttl` and `loop_wait` (Patroni), `lease`
    /// (CockroachDB).
    public var name: String
    /// As the tier reports it.
    public var value: String
    /// The same in seconds, if it is a duration.
    public var seconds: Double?

    public init(name: String, value: String, seconds: Double? = nil) {
      self.name = name
      self.value = value
      self.seconds = seconds
    }
  }

  public var schema = Self.currentSchema
  /// `redis`, `rabbitmq`, `sql`, or `store`: the whole.
  public var tier: String
  /// `plain`; `wait-1`, `min-replicas` (Redis); `classic-queue` (RabbitMQ); `no-barrier`, `asynchronous` (SQL);
  /// `queued-cache`, `committed-linearizable` (store).
  public var variant: String
  public var workload: Workload
  /// `master-killed`, `leader-paused`, `leader-isolated`, `split`, `all-down`, …
  public var fault: String
  /// The tier that the fault struck: `tier` itself, but for the store.
  public var struckTier: String
  /// Whether nodes were cut off from each other: by the network, not by their death or pause.
  public var isPartition: Bool
  public var sides: [Side]
  /// What is added to a client's process number after an outcome that is unknown; more than any `processes` of a side.
  public var stride: Int
  /// Seconds on the history's clock, as all times. `nil`: the fault did not strike.
  public var struckAt: Double?
  /// When the heal began, node by node: from then on, requests do not count as served under the fault. `nil` in records
  /// that do not say it.
  public var healBeganAt: Double?
  /// When everything was as before again: links, processes.
  public var healedAt: Double?
  /// When the traffic ended; what came later (final reads, the drain) has the level `final`.
  public var endedAt: Double
  /// Seconds after which a client gave an operation up. No recovery is known more exactly.
  public var clientTimeout: Double
  public var settings: [LiveSetting]
  /// The sum of all balances of a bank.
  public var bankTotal: Int64?
  /// The path of `history.jsonl`, relative to the record.
  public var history: String
  /// The flavour of the SQL tier: `patroni` or `cockroach`.
  public var flavour: String
  /// ISO 8601, UTC.
  public var startedAt: String
  /// Seeds the traffic and the draw of targets: `kvchaos cap --cell NAME --again --seed SEED` replays them. `nil` in
  /// records that do not say it.
  public var seed: UInt64?
  /// Problems that make the cell unusable or doubtful; empty if there are none.
  public var problems: [String]

  public init(
    tier: String, variant: String, workload: Workload, fault: String, struckTier: String? = nil, isPartition: Bool,
    sides: [Side], stride: Int, struckAt: Double?, healBeganAt: Double? = nil, healedAt: Double?, endedAt: Double,
    clientTimeout: Double,
    settings: [LiveSetting] = [], bankTotal: Int64? = nil, history: String = "history.jsonl", flavour: String,
    startedAt: String, seed: UInt64? = nil, problems: [String] = []
  ) {
    self.tier = tier
    self.variant = variant
    self.workload = workload
    self.fault = fault
    self.struckTier = struckTier ?? tier
    self.isPartition = isPartition
    self.sides = sides
    self.stride = stride
    self.struckAt = struckAt
    self.healBeganAt = healBeganAt
    self.healedAt = healedAt
    self.endedAt = endedAt
    self.clientTimeout = clientTimeout
    self.settings = settings
    self.bankTotal = bankTotal
    self.history = history
    self.flavour = flavour
    self.startedAt = startedAt
    self.seed = seed
    self.problems = problems
  }

  /// The cell's name, and that of its folder: `redis-plain-register-master-killed`.
  public var name: String { "\(tier)-\(variant)-\(workload.rawValue)-\(fault)" }

  /// The side whose client this process was; `nil` for one that is on no side.
  public func side(of process: Int) -> Int? {
    guard stride > 0 else { return nil }
    return sides.firstIndex { $0.processes.contains(process % stride) }
  }
}
