import Failures

/// Why a ledger cannot be built; the text names the place.
public struct CapLedgerError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// A file is not what it should be.
    case badInput
    /// A folder cannot be written.
    case unavailable
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
    }
  }

  public var description: String { message }
}
