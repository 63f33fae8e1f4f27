import AMQPClient
import KeyValueStore
import Logging

/// Brings the SQL schema and the queues to the state that the services expect. Safe to run repeatedly and concurrently:
/// it changes only what is missing.
public struct Migrator: Sendable {
  /// The bound of each command queue: some 250,000 small commands, or 64 of the largest.
  static let queueMaximumBytes: Int64 = 64 << 20
  static let queueMaximumMessages: Int64 = 200_000

  private let configuration: Configuration
  private let logger: Logger

  public init(configuration: Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Waits for the SQL tier and RabbitMQ until `timeout` has passed. Throws `migration` with the last reason, or
  /// `partitions` at once.
  public func run(timeout: Duration) async throws(BackendError) {
    let deadline = ContinuousClock.now + timeout
    let schema = SchemaMigration(
      options: configuration.sqlOptions(role: "migrate"), readers: configuration.sqlReaders,
      writers: configuration.sqlWriters, partitions: configuration.partitions, logger: logger)
    try await retry("the SQL schema", until: deadline) { try await schema.migrate() }
    // This happens before any queue is declared: without queues for another number, no service can use that number.
    try await retry("the number of partitions", until: deadline) { try await schema.keepPartitionCount() }
    try await retry("the SQL users' rights", until: deadline) { try await schema.grantRights() }
    try await retry("all brokers", until: deadline) { try await meetBrokers() }
    try await retry("the older queues", until: deadline) { try await removeQueuesWithoutCount() }
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
      } catch let error as BackendError where error.code == .partitions {
        throw error
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

  /// A quorum queue gets its replicas on the brokers that are in the cluster when it is declared: with only two of
  /// three brokers it would have two replicas, and no majority as soon as one of them dies.
  private func meetBrokers() async throws {
    guard !configuration.amqpBrokers.isEmpty else { return }
    var options = configuration.amqpOptions(role: "migrate")
    options.hosts = configuration.amqpBrokers
    try await AMQPAdministration.logIn(everywhere: options)
  }

  /// Queues of the previous version had no count in their names: `kv.commands.0`. No worker consumes them any more, so
  /// commands in them would never be applied.
  func removeQueuesWithoutCount() async throws {
    let options = configuration.amqpOptions(role: "migrate")
    var index = 0
    while let left = try await AMQPAdministration.deleteIfUnused(queue: "kv.commands.\(index)", options: options) {
      if left.consumers > 0 {
        throw AMQPError(.refused, "kv.commands.\(index) still has consumers of an older version")
      }
      guard left.messages == 0 else {
        throw BackendError(
          .partitions,
          "\(left.messages) commands of an older version of the store wait in kv.commands.\(index). Start that version "
            + "again until the queue is empty, or run `kvchaos down`, which deletes all data, and start with an empty store"
        )
      }
      logger.info("an empty queue of an older version is deleted", metadata: ["queue": "kv.commands.\(index)"])
      index += 1
    }
  }

  private func declareQueues() async throws {
    let options = configuration.amqpOptions(role: "migrate")
    let quorum: [AMQPArgument] = [
      AMQPArgument("x-queue-type", .text("quorum")), AMQPArgument("x-queue-leader-locator", .text("balanced")),
      // No message is dropped because of its number of deliveries: the worker itself moves undecodable messages to the
      // dead letters.
      AMQPArgument("x-delivery-limit", .integer(-1)),
    ]
    // A full queue rejects new messages and keeps the existing ones. The bound in bytes is needed because values differ
    // in size; the bound in messages, because each message costs memory on every broker.
    let bounds: [AMQPArgument] = [
      AMQPArgument("x-max-length-bytes", .integer(Self.queueMaximumBytes)),
      AMQPArgument("x-max-length", .integer(Self.queueMaximumMessages)),
      AMQPArgument("x-overflow", .text("reject-publish")),
    ]
    let queues = configuration.allPartitions.map(\.queueName)
    #if PlantedBugs
      if let arguments = Planting.queueArguments {
        try await AMQPAdministration.declare(queues: queues, arguments: arguments, options: options)
        return
      }
    #endif
    try await AMQPAdministration.declare(
      queues: queues, arguments: quorum + bounds + [AMQPArgument("x-single-active-consumer", .boolean(true))],
      options: options)
    try await AMQPAdministration.declare(
      queues: [AMQPReplies.deadLetterQueue], arguments: quorum, options: options)
  }
}
