import KeyValueStore
import SQLClient

/// The few places where the SQL tier's flavours really differ.
extension Configuration.Flavour {
  /// Whether the tier's nodes accept only encrypted connections.
  var hasTLS: Bool { self == .cockroach }

  /// How long a worker waits for a batch before it treats the outcome as unknown and applies the batch again.
  ///
  /// PostgreSQL: a commit waits for its standby for as long as it takes to replace a dead one. CockroachDB: a node that
  /// has sent a request to a frozen one waits for its answer until the connection is given up, after up to 20 s. Later
  /// requests go to another node, so a batch that is sent again finishes sooner.
  var applyTimeout: Duration {
    switch self {
    case .patroni: .seconds(10)
    case .cockroach: .seconds(4)
    }
  }

  /// How long the reads at the beginning of a batch may take; `nil`: as long as the batch. They can hang in the same
  /// way, but change nothing, so they are retried early.
  var batchReadTimeout: Duration? {
    switch self {
    case .patroni: nil
    case .cockroach: .seconds(1)
    }
  }

  /// Settings of every session. A statement that outlives its client must not keep its locks; a client's own deadline
  /// comes first, so that this timeout is only for clients that froze or died.
  var setUp: String {
    #if PlantedBugs
      if PlantedBug.asynchronousReplication.isPlanted { return "SET synchronous_commit = 'local'" }
    #endif
    return switch self {
    case .patroni:
      "SET statement_timeout = '12s'; SET idle_in_transaction_session_timeout = '5s'; SET synchronous_commit = 'on'"
    case .cockroach:
      "SET statement_timeout = '12s'"
    }
  }

  /// An additional first statement for sessions of a service that only reads: it ends abandoned sessions of the same
  /// kind that still wait for a standby.
  ///
  /// While a commit waits for its standby, PostgreSQL does not check whether the client is still connected, and no
  /// timeout ends that wait (`statement_timeout` ends when the commit begins). Without a standby, each abandoned
  /// linearizable read would leave a session behind, until the server's 100 are used up and cached reads and the
  /// workers get none. No client waits 3 s for a read (`StoreTimeouts.read`, and 2 s for the readiness probe); and
  /// ending the wait makes nothing visible, because the transaction has written no rows.
  func setUpOfReader(role: String) -> String {
    switch self {
    case .patroni:
      """
      ; SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = current_user \
      AND application_name LIKE '%/\(role)' AND wait_event = 'SyncRep' AND query_start < now() - INTERVAL '3 s'
      """
    case .cockroach: ""
    }
  }

  /// The batch's isolation.
  ///
  /// PostgreSQL: a concurrent change of what the batch read ends in 40001 or 23505 under REPEATABLE READ already,
  /// because everything that it relies on it also writes; SERIALIZABLE would add false conflicts between partitions.
  /// The one thing that it only reads is the row for which a conditional write is refused: the refusal is then true of
  /// the moment of the snapshot, which lies between the request and its answer. CockroachDB: SERIALIZABLE is its
  /// default and best tested level.
  var begin: String {
    switch self {
    case .patroni: "BEGIN ISOLATION LEVEL REPEATABLE READ"
    case .cockroach: "BEGIN ISOLATION LEVEL SERIALIZABLE"
    }
  }

  /// Writes rows of entries, new or in place of older ones: arrays of keys, values, versions and operations.
  ///
  /// PostgreSQL: an upsert is an INSERT with ON CONFLICT.
  /// CockroachDB: that would read each row again, which the batch has read already; UPSERT of all columns writes
  /// without a look, and the transaction's own reads keep it serializable.
  var writeEntries: String {
    let rows = """
      SELECT key, value, version, operation, now()
      FROM unnest($1::BYTEA[], $2::BYTEA[], $3::BIGINT[], $4::TEXT[]) AS made (key, value, version, operation)
      """
    let columns = "entries (key, value, version, operation, updated_at)"
    return switch self {
    case .patroni:
      """
      INSERT INTO \(columns) \(rows)
      ON CONFLICT (key) DO UPDATE SET
        value = excluded.value, version = excluded.version, operation = excluded.operation, updated_at = now()
      """
    case .cockroach: "UPSERT INTO \(columns) \(rows)"
    }
  }

  /// What a linearizable read sends after its SELECTs, in the same transaction.
  ///
  /// PostgreSQL: a transactional logical message writes WAL, so the transaction's end waits for the synchronous
  /// standby, whose acknowledgement a deposed leader cannot get.
  /// CockroachDB: nothing. A SELECT is served by the range's leaseholder, at a timestamp not below any commit that was
  /// acknowledged before it (single-key linearizability: "CockroachDB's consistency model", by leases and uncertainty
  /// intervals); a node that lost its lease redirects. Follower reads need AS OF SYSTEM TIME, which nothing here uses.
  var barrier: SQLStatement? {
    switch self {
    case .patroni: SQLStatement("SELECT pg_logical_emit_message(true, 'kv.read', '')")
    case .cockroach: nil
    }
  }
}
