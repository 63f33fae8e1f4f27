import Logging
import SQLClient
import ServiceLifecycle

/// The number of partitions, which belongs to the database: the migration writes it there once, and it never changes.
///
/// A service that is configured with another number does no harm, because no queues with its names exist. This check
/// ends the service as soon as the SQL tier answers, with a message that says what to do.
public struct PartitionCount: Service {
  static let setting = "partitions"

  static let read = SQLStatement("SELECT value FROM settings WHERE name = $1", [.text(setting)])

  private let configuration: Configuration
  private let logger: Logger

  public init(configuration: Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  public func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await verify() }
    } catch let error as BackendError {
      logger.error("the number of partitions differs", metadata: ["reason": .string(error.description)])
      throw error
    }
  }

  /// Waits until the SQL tier returns the number. Throws `partitions` if the service is configured with another one.
  ///
  /// Meanwhile the service works: it must be able to start while the SQL tier is down.
  func verify(pause: Duration = .seconds(1)) async throws {
    let connection = SQLConnection(options: configuration.sqlOptions(role: "settings"))
    while !Task.isCancelled {
      // A new database has neither the table nor the number before its migration.
      let results = try? await connection.run([Self.read], commits: false, deadline: .now + .seconds(5))
      if let number = results?.first?.rows.first.flatMap({ SQLResult.integer($0.first ?? nil) }) {
        return try Self.compare(number, configuration.partitions)
      }
      try? await Task.sleep(for: pause)
    }
  }

  /// Throws `partitions`, with what to do, unless both are the same.
  static func compare(_ number: Int64, _ configured: Int) throws(BackendError) {
    guard number != Int64(configured) else { return }
    throw BackendError(
      .partitions,
      "KV_PARTITIONS is \(configured), but this database was made with \(number): its writes are in \(number) queues, and "
        + "a key that changes its queue would lose the order of its writes. Set KV_PARTITIONS=\(number), or run "
        + "`kvchaos down`, which deletes all data, and start with an empty store")
  }
}
