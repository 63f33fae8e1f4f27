import AMQPClient
import KeyValueStore
import Logging
import SQLClient

/// Brings the SQL schema and the queues to the state that the services expect. Safe to run again, and twice at once.
public struct Migrator: Sendable {
  private let configuration: Configuration
  private let logger: Logger

  public init(configuration: Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Waits for the SQL tier and RabbitMQ until `timeout` has passed. Throws `migration` with the last reason.
  public func run(timeout: Duration) async throws(BackendError) {
    let deadline = ContinuousClock.now + timeout
    try await retry("the SQL schema", until: deadline) { try await migrateSQL() }
    try await retry("the SQL users' rights", until: deadline) { try await grantRights() }
    try await retry("all brokers", until: deadline) { try await meetBrokers() }
    try await retry("the queues", until: deadline) { try await declareQueues() }
    logger.info("migrated", metadata: ["partitions": "\(configuration.partitions)"])
  }

  private func retry(
    _ what: String, until deadline: ContinuousClock.Instant, _ body: () async throws -> Void
  ) async throws(BackendError) {
    var shown = ""
    while true {
      do {
        try await body()
        return
      } catch {
        let reason = "\(error)"
        guard ContinuousClock.now + .seconds(1) < deadline else {
          throw BackendError(.migration, "could not set up \(what): \(reason)")
        }
        if reason != shown { logger.info("waiting for \(what)", metadata: ["reason": .string(reason)]) }
        shown = reason
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  private func migrateSQL() async throws(SQLError) {
    let connection = SQLConnection(options: configuration.sqlOptions(role: "migrate"))
    let deadline = ContinuousClock.now + .seconds(30)
    // Statement by statement: CockroachDB runs schema changes best outside of transactions, and each one is idempotent.
    _ = try await connection.run([SQLStatement(Schema.createVersionTable)], commits: true, deadline: deadline)
    let result = try await connection.run(
      [SQLStatement("SELECT coalesce(max(version), 0)::BIGINT FROM schema_versions")], commits: false,
      deadline: deadline)
    let current = result[0].rows.first.flatMap { SQLResult.integer($0[0]) } ?? 0
    for migration in Schema.migrations where migration.version > current {
      for statement in migration.statements {
        _ = try await connection.run([SQLStatement(statement)], commits: true, deadline: deadline)
      }
      _ = try await connection.run(
        [
          SQLStatement(
            "INSERT INTO schema_versions (version) VALUES ($1) ON CONFLICT (version) DO NOTHING",
            [.integer(migration.version)])
        ], commits: true, deadline: deadline)
      logger.info("schema migrated", metadata: ["version": "\(migration.version)"])
    }
  }

  /// What the services' users may do; the tables are the migration's own. Granted anew each time: for tables that a
  /// migration added.
  private func grantRights() async throws(SQLError) {
    let statements = Schema.rights(readers: configuration.sqlReaders, writers: configuration.sqlWriters)
    guard !statements.isEmpty else { return }
    let connection = SQLConnection(options: configuration.sqlOptions(role: "migrate"))
    for statement in statements {
      _ = try await connection.run([SQLStatement(statement)], commits: true, deadline: .now + .seconds(30))
    }
  }

  /// A quorum queue gets its replicas on the brokers that are in the cluster when it is declared: with two of three there,
  /// it would have two, and no majority as soon as one of them dies.
  private func meetBrokers() async throws {
    guard !configuration.amqpBrokers.isEmpty else { return }
    var options = configuration.amqpOptions(role: "migrate")
    options.hosts = configuration.amqpBrokers
    try await AMQPAdministration.logIn(everywhere: options)
  }

  private func declareQueues() async throws {
    let options = configuration.amqpOptions(role: "migrate")
    let quorum: [AMQPArgument] = [
      AMQPArgument("x-queue-type", .text("quorum")), AMQPArgument("x-queue-leader-locator", .text("balanced")),
      // Nothing is dropped for being delivered often: what cannot be decoded goes to the dead letters by our own hand.
      AMQPArgument("x-delivery-limit", .integer(-1)),
    ]
    let queues = (0..<configuration.partitions).map { Partition(index: $0).queueName }
    #if PlantedBugs
      if let arguments = Planting.queueArguments {
        try await AMQPAdministration.declare(queues: queues, arguments: arguments, options: options)
        return
      }
    #endif
    try await AMQPAdministration.declare(
      queues: queues, arguments: quorum + [AMQPArgument("x-single-active-consumer", .boolean(true))], options: options)
    try await AMQPAdministration.declare(
      queues: [AMQPReplies.deadLetterQueue], arguments: quorum, options: options)
  }
}
