/// The schema as numbered migrations; every statement works on PostgreSQL 15+ and CockroachDB 20.2+.
enum Schema {
  /// A step from one version to the next; never changed once released.
  struct Migration {
    let version: Int64
    let statements: [String]
  }

  static let migrations: [Migration] = [
    Migration(
      version: 1,
      statements: [
        """
        CREATE TABLE IF NOT EXISTS entries (
          key BYTEA PRIMARY KEY,
          value BYTEA,
          version BIGINT NOT NULL,
          operation TEXT NOT NULL,
          updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
        )
        """,
        """
        CREATE TABLE IF NOT EXISTS operations (
          operation TEXT PRIMARY KEY,
          key BYTEA NOT NULL,
          version BIGINT NOT NULL,
          applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
        )
        """,
      ]),
    // A refused conditional write is recorded too, so that it stays refused when it is delivered again.
    Migration(
      version: 2,
      statements: ["ALTER TABLE operations ADD COLUMN IF NOT EXISTS applied BOOLEAN NOT NULL DEFAULT true"]),
    // Records are removed by age, by one worker at a time.
    Migration(
      version: 3,
      statements: [
        "CREATE INDEX IF NOT EXISTS operations_applied_at ON operations (applied_at)",
        """
        CREATE TABLE IF NOT EXISTS maintenance (task TEXT PRIMARY KEY, due_at TIMESTAMPTZ NOT NULL DEFAULT now())
        """,
        "INSERT INTO maintenance (task) VALUES ('prune-operations') ON CONFLICT (task) DO NOTHING",
      ]),
    // What the services must agree on, and may not change while commands are queued.
    Migration(
      version: 4,
      statements: ["CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"]),
    // The fingerprint of the recorded write distinguishes it from another write under its operation id; NULL: not
    // known.
    Migration(
      version: 5, statements: ["ALTER TABLE operations ADD COLUMN IF NOT EXISTS fingerprint BIGINT"]),
    // Records age by epochs. The tier's clock is no longer used: applied_at is for people, and due_at for workers of
    // the previous version.
    Migration(
      version: 6,
      statements: [
        "ALTER TABLE operations ADD COLUMN IF NOT EXISTS epoch BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE maintenance ADD COLUMN IF NOT EXISTS epoch BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX IF NOT EXISTS operations_epoch ON operations (epoch)",
        "DROP INDEX IF EXISTS operations_applied_at",
      ]),
  ]

  static let createVersionTable = """
    CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())
    """

  /// Where the schema's version is kept; the table itself is no migration.
  static let versionTable = "schema_versions"

  /// What a service's user may do with the tables.
  struct Right: Sendable, Hashable {
    let user: String
    let privileges: [String]
    let tables: [String]

    var grant: String {
      "GRANT \(privileges.joined(separator: ", ")) ON TABLE \(tables.joined(separator: ", ")) TO \(user)"
    }

    /// Counts the privileges that the user lacks. On CockroachDB a GRANT is a schema change even if it changes nothing:
    /// it waits until every node has released its lease on the table, which takes minutes for a dead node.
    var countMissing: String {
      let wanted = tables.flatMap { table in privileges.map { "('\(user)', '\(table)', '\($0)')" } }
      return """
        SELECT count(*)::BIGINT FROM (VALUES \(wanted.joined(separator: ", "))) AS wanted (grantee, relation, privilege) \
        WHERE NOT has_table_privilege(grantee, relation, privilege)
        """
    }
  }

  /// An API reads, a worker writes, neither changes the schema.
  static func rights(readers: [String], writers: [String]) -> [Right] {
    readers.map { Right(user: $0, privileges: ["SELECT"], tables: ["entries", "operations", "settings"]) }
      + writers.flatMap {
        [
          Right(
            user: $0, privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
            tables: ["entries", "operations", "maintenance"]),
          Right(user: $0, privileges: ["SELECT"], tables: ["settings"]),
        ]
      }
  }
}
