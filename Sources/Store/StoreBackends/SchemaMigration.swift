import Logging
import SQLClient

/// Brings the SQL schema and its privileges to the state that the services expect, and changes only what is missing.
///
/// Every `up` and every run executes this, in any state that a fault has left the tier in. On CockroachDB each schema
/// change, even one without an effect, waits until all nodes have released their leases on the table: with a dead node,
/// for minutes.
struct SchemaMigration: Sendable {
  let options: SQLOptions
  /// The roles that may read the tables.
  let readers: [String]
  /// The roles that may write them.
  let writers: [String]
  /// The number of partitions that the services are configured with.
  let partitions: Int
  let logger: Logger
  /// The timeout of reading or changing the schema.
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

  /// Writes the number of partitions into a new database. Throws `partitions` if the database has another number.
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

  /// The privileges of the services' users; the migration owns the tables. Checked each time, because a migration may
  /// have added tables.
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
