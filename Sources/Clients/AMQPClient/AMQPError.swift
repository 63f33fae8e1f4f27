/// Why an AMQP connection or channel could not be used; the text says what to look at.
public struct AMQPError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, each with one meaning.
  public enum Code: String, Sendable, Hashable {
    /// No TCP connection, or no AMQP handshake, in time.
    case cannotConnect
    /// The broker refused the user, the password or the virtual host.
    case loginRefused
    /// The connection was established and broke.
    case connectionLost
    /// The broker refused a method and closed the channel.
    case refused
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

  public var description: String { "\(detail) (\(code.rawValue))" }
}
