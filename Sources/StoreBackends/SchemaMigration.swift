import Logging
import SQLClient

/// Brings the SQL schema and the rights on it to the state that the services expect, and changes only what is missing.
///
/// Every `up` and every run comes by here, with whatever state a fault has left the tier in. On CockroachDB each change
/// of the schema, also one that changes nothing, waits for all nodes to let go of their leases on the table: behind a
/// dead node for minutes.
struct SchemaMigration: Sendable {
  let options: SQLOptions
  /// Who may read the tables.
  let readers: [String]
  /// Who may write in them.
  let writers: [String]
  /// How many partitions the services are told.
  let partitions: Int
  let logger: Logger
  /// How long a look at the schema, or a change of it, may take.
  var limit: Duration = .seconds(30)

  func migrate() async throws(SQLError) {
    let connection = SQLConnection(options: options)
    let deadline = ContinuousClock.now + limit
    let current = try await version(connection, deadline)
    // Statement by statement: CockroachDB runs schema changes best outside of transactions, and each one is idempotent.
    if current == nil {
      _ = try await connection.run([SQLStatement(Schema.createVersionTable)], commits: true, deadline: deadline)
    }
    for migration in Schema.migrations where migration.version > current ?? 0 {
      for statement in migration.statements {
        _ = try await connection.run([SQLStatement(statement)], commits: true, deadline: deadline)
      }
      _ = try await connection.run(
        [
          SQLStatement(
            "INSERT INTO \(Schema.versionTable) (version) VALUES ($1) ON CONFLICT (version) DO NOTHING",
            [.integer(migration.version)])
        ], commits: true, deadline: deadline)
      logger.info("schema migrated", metadata: ["version": "\(migration.version)"])
    }
  }

  /// Writes the number of partitions into a new database, once and for all. Throws `partitions` where it is another
  /// one.
  func keepPartitionCount() async throws {
    let connection = SQLConnection(options: options)
    let deadline = ContinuousClock.now + limit
    if try await number(PartitionCount.read, connection, deadline) == nil {
      // Of two migrations at once the first one's number stays, and both compare with it.
      let statement = SQLStatement(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        [.text(PartitionCount.setting), .integer(Int64(partitions))])
      _ = try await connection.run([statement], commits: true, deadline: deadline)
    }
    guard let kept = try await number(PartitionCount.read, connection, deadline) else {
      throw SQLError(.none, "the number of partitions was not stored")
    }
    try PartitionCount.compare(kept, partitions)
  }

  /// The version that the schema has; `nil` where it has none yet.
  private func version(
    _ connection: SQLConnection, _ deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> Int64? {
    let tables = SQLStatement(
      """
      SELECT count(*)::BIGINT FROM information_schema.tables WHERE table_schema = 'public' AND table_name = \
      '\(Schema.versionTable)'
      """)
    guard try await number(tables, connection, deadline) ?? 0 > 0 else { return nil }
    let version = SQLStatement("SELECT coalesce(max(version), 0)::BIGINT FROM \(Schema.versionTable)")
    return try await number(version, connection, deadline) ?? 0
  }

  /// What the services' users may do; the tables are the migration's own. Looked at each time, for tables that a
  /// migration added.
  func grantRights() async throws(SQLError) {
    let connection = SQLConnection(options: options)
    for right in Schema.rights(readers: readers, writers: writers) {
      let deadline = ContinuousClock.now + limit
      guard try await number(SQLStatement(right.countMissing), connection, deadline) != 0 else { continue }
      _ = try await connection.run([SQLStatement(right.grant)], commits: true, deadline: deadline)
      logger.info("rights granted", metadata: ["user": "\(right.user)"])
    }
  }

  /// The only number of a statement's only row; `nil` where there is none.
  private func number(
    _ statement: SQLStatement, _ connection: SQLConnection, _ deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> Int64? {
    let results = try await connection.run([statement], commits: false, deadline: deadline)
    return results.first?.rows.first.flatMap { SQLResult.integer($0.first ?? nil) }
  }
}
