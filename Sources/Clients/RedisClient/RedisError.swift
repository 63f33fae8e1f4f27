/// Why Redis did not give an answer that could be used.
public struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, each with one meaning.
  public enum Code: String, Sendable, Hashable {
    /// No connection, or the circuit is open after a failure.
    case unavailable
    /// The connection broke or the time was over while a command was under way: it may have taken effect.
    case connectionLost
    /// Redis answered with an error.
    case server
    /// More redirections than a cluster in order needs, or no node that owns the slot.
    case noRoute
    /// Too many commands wait already.
    case overloaded
    /// Redis answered in a shape that was not asked for.
    case unexpectedReply
  }

  public let code: Code
  public let detail: String
  /// Since when the node has not answered, where that is the reason.
  public let since: ContinuousClock.Instant?
  public let file: String
  public let line: Int

  public init(
    _ code: Code, _ detail: String, since: ContinuousClock.Instant? = nil, file: String = #fileID, line: Int = #line
  ) {
    self.code = code
    self.detail = detail
    self.since = since
    self.file = file
    self.line = line
  }

  public var description: String { "\(detail) (\(code.rawValue))" }
}
