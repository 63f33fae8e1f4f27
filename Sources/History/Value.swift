/// A value in a history: what was written, read or exchanged.
///
/// The cases are those that JSON Lines and EDN histories share.
public enum Value: Sendable, Hashable {
  /// JSON `null`, EDN `nil`: absent, or not known (the value of a read's invocation).
  case null
  /// A truth value: the answer to whether a set has an element.
  case bool(Bool)
  /// A whole number; other numbers are read as the string that they were written as.
  case integer(Int64)
  /// A string, an EDN keyword or symbol.
  case string(String)
  /// A vector: the pair of a cas (`[old new]`), the elements of a set's read.
  case list([Value])
}
