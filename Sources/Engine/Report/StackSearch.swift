/// The result of searching the stack after the last heal, for residue of faults or for nodes that do not do their part.
public enum StackSearch: Sendable, Hashable {
  /// What is wrong, a line each; empty where all is well.
  case found([String])
  /// The stack could not be searched.
  case impossible(String)
}
