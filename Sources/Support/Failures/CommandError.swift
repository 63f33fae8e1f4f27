/// Why a command cannot do what it was asked: a category for scripts, a sentence for a person.
public struct CommandError: CategorisedError, Sendable, Hashable {
  public let category: FailureCategory
  /// What is wrong, where, and what to do.
  public let message: String

  public init(_ category: FailureCategory, _ message: String) {
    self.category = category
    self.message = message
  }

  public var description: String { message }
}
