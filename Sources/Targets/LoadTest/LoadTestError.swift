import Failures

/// Why a load test cannot run.
public struct LoadTestError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// Nothing answers at the address.
    case unavailable
    /// The system or a tool failed.
    case internalFault
  }

  public var code: Code
  /// One sentence that says what is wrong and what to do.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var category: FailureCategory {
    switch code {
    case .unavailable: .unavailable
    case .internalFault: .internalFault
    }
  }

  public var description: String { message }
}
