import History

/// How an operation ended, as the history records it.
public struct Completion: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case ok
    /// Certainly not done.
    case fail
    /// Outcome unknown.
    case unknown

    package var eventKind: Event.Kind {
      switch self {
      case .ok: .ok
      case .fail: .fail
      case .unknown: .info
      }
    }
  }

  public var kind: Kind
  /// What was read (`null`: absent); `nil` where the operation reads nothing or did not end in ok.
  public var value: Value?
  public var version: Int64?
  /// Whether what was read is a write that the store said may not have taken effect yet.
  public var isPending: Bool
  /// Why it is not ok, in few words that group well: `503 queue-unavailable`, `timedOut`.
  public var error: String?

  public init(kind: Kind, value: Value? = nil, version: Int64? = nil, isPending: Bool = false, error: String? = nil) {
    self.kind = kind
    self.value = value
    self.version = version
    self.isPending = isPending
    self.error = error
  }
}
