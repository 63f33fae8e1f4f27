/// Why a statement or a transaction did not succeed, and what that says about its effect.
public struct SQLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is known about the effect.
  public enum Effect: String, Sendable, Hashable {
    /// Certainly none, and trying the same again may work: a serialization failure, a deadlock, no connection.
    case noneRetryable
    /// Certainly none; trying the same again would fail again.
    case none
    /// The transaction may or may not be committed.
    case unknown
  }

  public let effect: Effect
  /// The server's five-character code, where it sent one.
  public let state: SQLState?
  public let detail: String
  public let file: String
  public let line: Int

  public init(_ effect: Effect, state: SQLState? = nil, _ detail: String, file: String = #fileID, line: Int = #line) {
    self.effect = effect
    self.state = state
    self.detail = detail
    self.file = file
    self.line = line
  }

  public var description: String {
    "\(detail)\(state.map { " [\($0.code)]" } ?? "") (effect: \(effect.rawValue))"
  }
}
