/// What was found when the stack was looked through after the last heal: for what faults have left, or for nodes that
/// do not do their part.
public enum StackSearch: Sendable, Hashable {
  /// What is wrong, a line each; empty where all is well.
  case found([String])
  /// The stack could not be looked through.
  case impossible(String)
}
