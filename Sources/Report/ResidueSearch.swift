/// What was found when the stack was looked through, after the last heal, for what faults have left.
public enum ResidueSearch: Sendable, Hashable {
  /// What is left, a line each; empty where all is well.
  case found([String])
  /// The stack could not be looked through.
  case impossible(String)
}
