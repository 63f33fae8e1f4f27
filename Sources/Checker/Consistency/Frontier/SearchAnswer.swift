/// What a search over the frontier came to.
enum SearchAnswer: Sendable, Hashable {
  case linearizable
  /// No order explains the completion of this operation (its `source`).
  case violation(at: Int)
  case exhausted(Budget.Exhausted)

  /// `nil` when the search did not come to its end.
  var isViolation: Bool? {
    switch self {
    case .linearizable: false
    case .violation: true
    case .exhausted: nil
    }
  }
}
