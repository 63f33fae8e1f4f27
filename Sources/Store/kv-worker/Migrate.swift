import ArgumentParser
import Logging
import StoreBackends

/// One-shot: schema and queues.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Wait for SQL and RabbitMQ, migrate the schema, declare the queues, and exit.")

  mutating func run() async throws {
    let configuration = try configured()
    let logger = Logger(label: "kv-worker")
    do {
      try await Migrator(configuration: configuration, logger: logger).run(timeout: .seconds(120))
    } catch {
      logger.error("the migration failed", metadata: ["reason": .string(error.description)])
      throw ExitCode(1)
    }
  }
}
