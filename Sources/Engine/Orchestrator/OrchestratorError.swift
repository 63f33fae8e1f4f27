import Failures

/// Why a run could not take place, so that it has no report.
public struct OrchestratorError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// Docker, the stack or the ledger is not available: exit status 69.
    case unavailable
    /// The results folder or the history cannot be written, or the record is no history: exit status 70.
    case internalFault
    /// Interrupted before the first operation: exit status 130.
    case interrupted
  }

  public var code: Code
  /// A sentence that a person can act on.
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
