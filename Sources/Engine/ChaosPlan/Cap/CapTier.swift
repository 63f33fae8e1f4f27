/// What a cell of the CAP ledger is about: a tier alone, or the store as a whole.
public enum CapTier: String, Sendable, Hashable, CaseIterable, Codable {
  case redis
  case rabbitmq
  case sql
  /// Everything together, through the APIs.
  case store
}

/// How a tier is used: as the stack uses it, or with a remedy, or without one.
public enum CapVariant: String, Sendable, Hashable, CaseIterable, Codable {
  /// Redis: a write is answered by the master. RabbitMQ: a quorum queue. SQL: synchronous commits, and reads with the
  /// barrier.
  case plain
  /// Redis: a write counts when a replica has it (`WAIT 1`).
  case wait1 = "wait-1"
  /// Redis: a master without a replica takes no write (`min-replicas-to-write 1`).
  case minReplicas = "min-replicas"
  /// RabbitMQ: a classic queue, which has one copy.
  case classicQueue = "classic-queue"
  /// SQL: reads without the barrier.
  case noBarrier = "no-barrier"
  /// SQL: commits that no standby has to have (`synchronous_commit = local`), and reads without the barrier.
  case asynchronous
  /// The store: `ack=queued`, `read=cache`.
  case queuedCache = "queued-cache"
  /// The store: `ack=committed`, `read=linearizable`.
  case committedLinearizable = "committed-linearizable"
}

extension CapVariant {
  /// Why it is nothing on a flavour of the SQL tier; `nil` where it is something.
  public func conflict(with flavour: SQLFlavour) -> String? {
    guard flavour == .cockroach else { return nil }
    switch self {
    case .noBarrier: return "reads have no barrier on CockroachDB: the leaseholder answers them"
    case .asynchronous: return "CockroachDB has no asynchronous commit: a quorum has every one"
    case .plain, .wait1, .minReplicas, .classicQueue, .queuedCache, .committedLinearizable: return nil
    }
  }
}

/// What the clients of a cell do.
public enum CapWorkload: String, Sendable, Hashable, CaseIterable, Codable {
  /// Writes and reads of a few keys.
  case register
  /// Adds of elements of their own, and at the end a read of all of them.
  case set
  /// Producers and consumers of one queue.
  case queue
  /// Transfers between accounts, and reads of all balances.
  case bank

  /// The table of a cell on the SQL tier; `nil` where the workload has none.
  ///
  /// - Parameter namespace: the cell's own.
  public func table(_ namespace: String) -> String? {
    switch self {
    case .register: "cap_\(namespace)_register"
    case .set: "cap_\(namespace)_elements"
    case .bank: "cap_\(namespace)_accounts"
    case .queue: nil
    }
  }
}

extension CapTier {
  public var variants: [CapVariant] {
    switch self {
    case .redis: [.plain, .wait1, .minReplicas]
    case .rabbitmq: [.plain, .classicQueue]
    case .sql: [.plain, .noBarrier, .asynchronous]
    case .store: [.queuedCache, .committedLinearizable]
    }
  }

  public var workloads: [CapWorkload] {
    switch self {
    case .redis: [.register, .set]
    case .rabbitmq: [.queue]
    case .sql: [.register, .set, .bank]
    case .store: [.register]
    }
  }

  /// How long an operation may take before its client gives it up.
  public var clientTimeout: Duration {
    switch self {
    case .redis: .seconds(2)
    case .rabbitmq, .sql: .seconds(3)
    // Longer than the API waits for a confirm (5 s), so that its answer comes first.
    case .store: .seconds(6)
    }
  }

  /// The tier of the stack; `nil` for the whole.
  public var tier: Tier? { self == .store ? nil : Tier(rawValue: rawValue) }
}

/// The accounts of a bank.
public enum CapBank {
  public static let accounts = 5
  /// What each account has at first.
  public static let openingBalance: Int64 = 100
  public static var total: Int64 { Int64(accounts) * openingBalance }
}
