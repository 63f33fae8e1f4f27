/// The reason why the backends could not be set up; the text names the variable or the server.
public struct BackendError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, each with one meaning.
  public enum Code: String, Sendable, Hashable {
    /// An environment variable is missing or cannot be read.
    case configuration
    /// The SQL tier or RabbitMQ did not answer in the time of the migration.
    case migration
    /// The service is configured with another number of partitions than the database, or commands wait in queues whose
    /// names have no number. Waiting does not help.
    case partitions
  }

  public let code: Code
  public let detail: String
  public let file: String
  public let line: Int

  public init(_ code: Code, _ detail: String, file: String = #fileID, line: Int = #line) {
    self.code = code
    self.detail = detail
    self.file = file
    self.line = line
  }

  public var description: String { detail }
}
