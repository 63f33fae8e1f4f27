/// What an answer, or the lack of one, says about a request.
public enum LoadOutcome: Sendable, Hashable {
  case ok
  /// A GET that was answered with "no such key". Not an error: the write may still be on its way.
  case absent
  /// Certainly not done.
  case failed(String)
  /// It may have been done.
  case unknown(String)
}
