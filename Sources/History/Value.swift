/// A value in a history: what was written, read or exchanged.
///
/// The cases are those that JSON Lines and EDN histories share.
public enum Value: Sendable, Hashable {
  /// JSON `null`, EDN `nil`: absent, or not known (the value of a read's invocation).
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  /// A vector: the pair of a cas (`[old new]`), the elements of a set's read.
  case list([Value])
}
