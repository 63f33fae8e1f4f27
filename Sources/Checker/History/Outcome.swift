/// How an operation ended.
///
/// ``ok`` and ``failed`` need proof. What timed out, lost its connection or has no completion is ``unknown``, and stays
/// so. The raw value is the word of the completion in a history.
public enum Outcome: String, Sendable, Hashable, Codable {
  /// Certainly done.
  case ok
  /// Certainly not done.
  case failed = "fail"
  /// It may have been done, at any time after the invocation.
  case unknown = "info"

  /// What a completion says; `nil` for an invocation, which says nothing.
  public init?(_ kind: Event.Kind) {
    switch kind {
    case .invoke: return nil
    case .ok: self = .ok
    case .fail: self = .failed
    case .info: self = .unknown
    }
  }

  /// The kind of the completion that says so.
  public var eventKind: Event.Kind {
    switch self {
    case .ok: .ok
    case .failed: .fail
    case .unknown: .info
    }
  }
}
