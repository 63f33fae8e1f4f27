/// A fault in effect: what to hand to `heal`.
public struct Injection: Sendable, Hashable {
  public var kind: FaultKind
  public var entries: [LedgerEntry]
  /// What keeps the fault up; ends when it is cancelled, which `heal` does. Its value is what went wrong with it.
  var upkeep: Task<[String], Never>?

  public init(kind: FaultKind, entries: [LedgerEntry]) {
    self.kind = kind
    self.entries = entries
  }

  public var targets: [FaultTarget] { entries.map(\.undo.target) }
}
