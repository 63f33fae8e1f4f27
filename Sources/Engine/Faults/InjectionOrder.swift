/// How several targets of one fault are struck.
public enum InjectionOrder: Sendable, Hashable {
  /// All side by side; then the effect on each is measured.
  case together
  /// One after another, each when the effect on the one before it was measured.
  case oneByOne
}
