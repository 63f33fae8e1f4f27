/// An undo that the ledger holds open.
public struct LedgerEntry: Sendable, Hashable {
  public var id: String
  public var undo: Undo
  /// When it was written (ISO 8601, UTC).
  public var time: String

  public init(id: String, undo: Undo, time: String) {
    self.id = id
    self.undo = undo
    self.time = time
  }
}
