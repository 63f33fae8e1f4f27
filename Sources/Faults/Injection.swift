/// A fault in effect: what to hand to `heal`.
public struct Injection: Sendable, Hashable {
  public var kind: FaultKind
  public var entries: [LedgerEntry]

  public var targets: [FaultTarget] { entries.map(\.undo.target) }
}
