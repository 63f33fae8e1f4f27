/// Why a detection or a shrinking cannot be done; the text says what to do.
public struct DetectionError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable {
    /// What was asked for is no violated run, or a file cannot be read.
    case badInput
    /// An image or a file is not there, or cannot be written.
    case unavailable
    /// The user ended it.
    case interrupted
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
