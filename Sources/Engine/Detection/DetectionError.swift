import Failures

/// Why a detection or a shrinking cannot be done; the text says what to do.
public struct DetectionError: CategorisedError, Sendable, Hashable {
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

  public var category: FailureCategory {
    switch code {
    case .badInput: .badInput
    case .unavailable: .unavailable
    case .interrupted: .interrupted
    }
  }

  public var description: String { message }
}
