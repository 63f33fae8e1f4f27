import Logging
import SQLClient
import Testing

@testable import StoreBackends

/// What the migration asks of a tier that has everything already, which is what it meets at nearly every start.
@Suite(.timeLimit(.minutes(10)))
struct SchemaMigrationTests {
  /// - Parameters:
  ///   - version: of the schema; `nil`: there is none yet.
  ///   - missing: how many privileges a user of that name lacks.
  private static func server(version: Int64?, missing: [String: Int64] = [:]) -> ScriptedPostgres {
    ScriptedPostgres { statements in
      let last = statements.last ?? ""
      if last.contains("information_schema.tables") { return .number(version == nil ? 0 : 1) }
      if last.contains("max(version)") { return .number(version ?? 0) }
      if last.contains("has_table_privilege") {
        return .number(missing.first { last.contains("'\($0.key)'") }?.value ?? 0)
      }
      return .complete
    }
  }

  private static func migrate(_ server: ScriptedPostgres) async throws -> [String] {
    let migration = SchemaMigration(
      options: server.options(), readers: ["kv_api"], writers: ["kv_worker"], logger: Logger(label: "test"))
    try await migration.migrate()
    try await migration.grantRights()
    return server.seen.flatMap(\.self)
  }

  private static func isChange(_ statement: String) -> Bool {
    ["CREATE", "ALTER", "GRANT", "INSERT", "DROP"].contains { statement.hasPrefix($0) }
  }

  @Test func whatIsThereIsNotChanged() async throws {
    let latest = try #require(Schema.migrations.map(\.version).max())
    let seen = try await Self.migrate(Self.server(version: latest))
    #expect(!seen.isEmpty)
    #expect(seen.filter(Self.isChange).isEmpty)
  }

  @Test func onlyWhoLacksARightIsGrantedIt() async throws {
    let latest = try #require(Schema.migrations.map(\.version).max())
    let changes = try await Self.migrate(Self.server(version: latest, missing: ["kv_worker": 4])).filter(Self.isChange)
    #expect(changes == ["GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE entries, operations, maintenance TO kv_worker"])
  }

  @Test func anEmptyDatabaseGetsAllOfIt() async throws {
    let changes = try await Self.migrate(Self.server(version: nil, missing: ["kv_api": 2, "kv_worker": 12]))
      .filter(Self.isChange)
    #expect(changes.first == Schema.createVersionTable)
    #expect(changes.count { $0.contains("INTO schema_versions") } == Schema.migrations.count)
    #expect(changes.count { $0.hasPrefix("GRANT") } == 2)
  }

  @Test func anOlderSchemaGetsWhatIsNewer() async throws {
    let changes = try await Self.migrate(Self.server(version: 2)).filter(Self.isChange)
    let newer = Schema.migrations.filter { $0.version > 2 }.flatMap(\.statements)
    #expect(changes == newer + [changes.last ?? ""])
  }

  /// Every pair of a table and a privilege is looked at: a role may have one without the other.
  @Test func everyRightIsLookedFor() throws {
    let right = try #require(Schema.rights(readers: [], writers: ["kv_worker"]).first)
    #expect(right.countMissing.contains("('kv_worker', 'maintenance', 'DELETE')"))
    #expect(right.countMissing.split(separator: "('kv_worker'").count - 1 == 12)
  }
}
