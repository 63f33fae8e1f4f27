/// An error that may end a command. Its text is for a person, its category for scripts.
public protocol CategorisedError: Error, CustomStringConvertible {
  var category: FailureCategory { get }
}
