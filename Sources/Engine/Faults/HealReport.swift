/// The outcome of undos. A failed heal is a finding; it is reported here, and its undo stays open in the ledger.
public struct HealReport: Sendable, Hashable {
  /// Healed, verified, and closed in the ledger.
  public var healed: [Undo] = []
  /// The container no longer exists, so nothing of the fault does; closed in the ledger.
  public var gone: [Undo] = []
  /// Still open in the ledger: `kvchaos heal` tries again.
  public var failures: [HealFailure] = []
  /// Problems of a fault while it was open: it may not have been in effect all the time.
  public var upkeepProblems: [String] = []

  public init(
    healed: [Undo] = [], gone: [Undo] = [], failures: [HealFailure] = [], upkeepProblems: [String] = []
  ) {
    self.healed = healed
    self.gone = gone
    self.failures = failures
    self.upkeepProblems = upkeepProblems
  }

  public var isClean: Bool { failures.isEmpty }

  /// The reasons why a run cannot claim that it healed its fault, one per line: a node that disappeared with the fault
  /// is not healed.
  public var findings: [String] {
    failures.map { "not healed: \($0)" }
      + gone.map { "not healed: \($0.kind) of \($0.target.node): its container is gone" }
  }
}

/// An undo that did not work, with the reason.
public struct HealFailure: Sendable, Hashable, CustomStringConvertible {
  public var undo: Undo
  public var message: String

  public init(undo: Undo, message: String) {
    self.undo = undo
    self.message = message
  }

  public var description: String { "\(undo.kind) of \(undo.target.node): \(message)" }
}
