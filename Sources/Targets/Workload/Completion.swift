import History

/// How an operation ended, as the history records it.
public struct Completion: Sendable, Hashable {
  public var outcome: Outcome
  /// What was read (`null`: absent); `nil` where the operation reads nothing or did not end in ok.
  public var value: Value?
  public var version: Int64?
  /// Whether the store marked what was read as a write that may not have taken effect yet.
  public var isPending: Bool
  /// Why it is not ok, in a few words that can be grouped: `503 queue-unavailable`, `timedOut`.
  public var error: String?

  public init(
    _ outcome: Outcome, value: Value? = nil, version: Int64? = nil, isPending: Bool = false, error: String? = nil
  ) {
    self.outcome = outcome
    self.value = value
    self.version = version
    self.isPending = isPending
    self.error = error
  }
}
