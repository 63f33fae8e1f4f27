import Logging
import SQLClient
import Synchronization
import Testing

@testable import StoreBackends

/// What the migration asks of a tier that has everything already, which is what it meets at nearly every start.
@Suite(.timeLimit(.minutes(10)))
struct SchemaMigrationTests {
  /// - Parameters:
  ///   - version: of the schema; `nil`: there is none yet.
  ///   - missing: how many privileges a user of that name lacks.
  ///   - partitions: the number that the database was made with; `nil`: none was kept yet.
  private static func server(
    version: Int64?, missing: [String: Int64] = [:], partitions: Int64? = 4
  ) -> ScriptedPostgres {
    let kept = Mutex(partitions)
    return ScriptedPostgres { statements in
      let last = statements.last ?? ""
      if last.contains("INTO settings") { kept.withLock { $0 = 4 } }
      if last.contains("FROM settings") { return kept.withLock { $0 }.map { .number($0) } ?? .complete }
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
      options: server.options(), readers: ["kv_api"], writers: ["kv_worker"], partitions: 4,
      logger: Logger(label: "test"), limit: .seconds(500))
    try await migration.migrate()
    try await migration.keepPartitionCount()
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
    #expect(
      changes == [
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE entries, operations, maintenance TO kv_worker",
        "GRANT SELECT ON TABLE settings TO kv_worker",
      ])
  }

  @Test func anEmptyDatabaseGetsAllOfIt() async throws {
    let server = Self.server(version: nil, missing: ["kv_api": 3, "kv_worker": 12], partitions: nil)
    let changes = try await Self.migrate(server).filter(Self.isChange)
    #expect(changes.first == Schema.createVersionTable)
    #expect(changes.count { $0.contains("INTO schema_versions") } == Schema.migrations.count)
    #expect(changes.count { $0.contains("INTO settings") } == 1)
    #expect(changes.count { $0.hasPrefix("GRANT") } == 3)
  }

  /// A key that changed its queue would lose the order of its writes: the number is what it was, and the sentence says
  /// what to do.
  @Test func anotherNumberOfPartitionsIsRefused() async throws {
    let latest = try #require(Schema.migrations.map(\.version).max())
    let server = Self.server(version: latest, partitions: 8)
    let error = await #expect(throws: BackendError.self) { _ = try await Self.migrate(server) }
    #expect(error?.code == .partitions)
    #expect(error?.detail.contains("Set KV_PARTITIONS=8") == true && error?.detail.contains("kvchaos down") == true)
    #expect(server.seen.flatMap(\.self).filter(Self.isChange).isEmpty)
  }

  /// The migration gives up at once: neither SQL nor the brokers change their mind. No queue is declared before.
  @Test func theMigrationDoesNotWaitForAnotherNumber() async throws {
    let latest = try #require(Schema.migrations.map(\.version).max())
    let server = Self.server(version: latest, partitions: 8)
    var environment = ConfigurationTests.minimum
    let broker = ScriptedBroker { _, _ in .confirm }
    environment["KV_AMQP_HOSTS"] = "127.0.0.1:\(broker.port)"
    environment["KV_SQL_HOSTS"] = "127.0.0.1:\(server.options().hosts[0].port)"
    let configuration = try Configuration(environment: environment, hostname: "host")
    let migrator = Migrator(configuration: configuration, logger: Logger(label: "test"))
    let error = await #expect(throws: BackendError.self) { try await migrator.run(timeout: .seconds(600)) }
    #expect(error?.code == .partitions)
    #expect(broker.connections("migrate") == 0)
  }

  /// What an older version queued is never left behind: its queues are deleted when they are empty and have no
  /// consumers.
  @Test(
    arguments: [
      ([], 0, nil), ([.init(), .init()], 0, nil), ([.init(), .init(messages: 3)], 1, .partitions),
      ([.init(messages: 3, consumers: 2), .init()], 2, .other),
    ] as [([ScriptedBroker.Queue], Int, Refusal?)])
  func queuesOfAnOlderVersion(_ queues: [ScriptedBroker.Queue], _ left: Int, _ refusal: Refusal?) async throws {
    var named = ["kv.commands.4.0": ScriptedBroker.Queue(messages: 9)]
    for (index, queue) in queues.enumerated() { named["kv.commands.\(index)"] = queue }
    let broker = ScriptedBroker(queues: named) { _, _ in .confirm }
    var environment = ConfigurationTests.minimum
    environment["KV_AMQP_HOSTS"] = "127.0.0.1:\(broker.port)"
    let migrator = Migrator(
      configuration: try Configuration(environment: environment, hostname: "host"), logger: Logger(label: "test"))
    do {
      try await migrator.removeQueuesWithoutCount()
      #expect(refusal == nil)
    } catch let error as BackendError {
      #expect(refusal == .partitions && error.detail.contains("3 commands of an older version"))
    } catch {
      // Their consumers may be about to end: it is asked again.
      #expect(refusal == .other)
    }
    #expect(broker.queues.count == left + 1 && broker.queues["kv.commands.4.0"] != nil)
  }

  enum Refusal: Sendable { case partitions, other }

  /// A service learns it as soon as the tier answers, also where there was no schema when it started.
  @Test func aServiceWithAnotherNumberEnds() async throws {
    let answers = Mutex(0)
    let server = ScriptedPostgres { _ in
      let number = answers.withLock { number in
        number += 1
        return number
      }
      return number == 1 ? .error("42P01") : number == 2 ? .complete : .number(8)
    }
    var environment = ConfigurationTests.minimum
    environment["KV_SQL_HOSTS"] = "127.0.0.1:\(server.options().hosts[0].port)"
    for (number, isRefused) in [("4", true), ("8", false)] {
      answers.withLock { $0 = 0 }
      environment["KV_PARTITIONS"] = number
      let count = PartitionCount(
        configuration: try Configuration(environment: environment, hostname: "host"), logger: Logger(label: "test"))
      if isRefused {
        let error = await #expect(throws: BackendError.self) { try await count.verify(pause: .zero) }
        #expect(error?.code == .partitions)
      } else {
        try await count.verify(pause: .zero)
      }
      #expect(answers.withLock { $0 } >= 3)
    }
  }

  @Test func anOlderSchemaGetsWhatIsNewer() async throws {
    let changes = try await Self.migrate(Self.server(version: 2)).filter(Self.isChange)
    let newer = Schema.migrations.filter { $0.version > 2 }.flatMap(\.statements)
    #expect(changes.filter { !$0.contains("INTO schema_versions") } == newer)
    #expect(changes.count { $0.contains("INTO schema_versions") } == Schema.migrations.count - 2)
  }

  /// Every pair of a table and a privilege is looked at: a role may have one without the other.
  @Test func everyRightIsLookedFor() throws {
    let right = try #require(Schema.rights(readers: [], writers: ["kv_worker"]).first)
    #expect(right.countMissing.contains("('kv_worker', 'maintenance', 'DELETE')"))
    #expect(right.countMissing.split(separator: "('kv_worker'").count - 1 == 12)
  }
}
