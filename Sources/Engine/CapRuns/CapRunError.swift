import Failures

/// Why a cell could not be run.
public struct CapRunError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// Docker, the stack or an image is not available, or a tier does not become healthy.
    case unavailable
    /// The results cannot be written, or a client's output is no history.
    case internalFault
    /// Interrupted; everything was healed.
    case interrupted
  }

  public var code: Code
  /// A sentence that tells a user what to do.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var category: FailureCategory {
    switch code {
    case .unavailable: .unavailable
    case .internalFault: .internalFault
    case .interrupted: .interrupted
    }
  }

  public var description: String { message }
}
