import Failures

/// Why the stack cannot do what was asked.
public struct StackError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// Something that the stack needs is missing, or a container does not start: exit status 69.
    case unavailable
    /// The answer of a tool or a node is not as documented: exit status 70.
    case internalFault
    /// A selector matches no node that runs.
    case noTarget
  }

  public var code: Code
  /// One sentence that says what is wrong and what to do; further lines may show a container's last words.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var category: FailureCategory {
    switch code {
    case .unavailable: .unavailable
    case .internalFault, .noTarget: .internalFault
    }
  }

  public var description: String { message }
}
