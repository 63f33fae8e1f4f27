import Failures

/// Why a detection or a shrink cannot be done; the text says what to do.
public struct DetectionError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// The given run is not a violated one, or a file cannot be read.
    case badInput
    /// An image or a file is missing, or cannot be written.
    case unavailable
    /// The user interrupted it.
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
