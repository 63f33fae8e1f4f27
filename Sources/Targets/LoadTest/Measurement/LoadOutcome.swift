/// What an answer, or the lack of one, says about a request.
public enum LoadOutcome: Sendable, Hashable {
  case ok
  /// A GET that was answered: there is no such key. An answer like any other, where the write is still on its way.
  case absent
  /// Certainly not done.
  case failed(String)
  /// It may have been done.
  case unknown(String)
}
