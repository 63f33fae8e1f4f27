import Faults

/// The residue of an earlier run or of a lost engine, and the result of its removal.
public struct Recovery: Sendable, Hashable {
  /// Containers of the stack that were resumed or started, by full name.
  public var raised: [String] = []
  /// The outcome of the open undos.
  public var report = HealReport()
  /// Removed rules and helpers that were in no ledger.
  public var swept: [Residue] = []
  /// The remaining residue.
  public var left: [Residue] = []

  public init() {}

  public var isClean: Bool { report.isClean && left.isEmpty }
  /// Whether there was nothing to do.
  public var isEmpty: Bool { raised.isEmpty && report == HealReport() && swept.isEmpty && left.isEmpty }

  /// What was done, a line each.
  public var lines: [String] {
    raised.map { "started or resumed: \($0)" } + report.healed.map { "healed: \($0.kind) of \($0.target.node)" }
      + report.gone.map { "gone with its container: \($0.kind) of \($0.target.node)" }
      + swept.map { "removed: \(Self.name($0))" }
  }

  private static func name(_ residue: Residue) -> String {
    switch residue.kind {
    case .rules: "the rules of \(residue.detail) in the network of \(residue.container)"
    case .inside: "the \(residue.detail) of \(residue.container)"
    case .helper, .paused, .down, .missing, .undo: "the helper \(residue.container)"
    }
  }

  /// What could not be done, a line each.
  public var problems: [String] {
    report.failures.map { "not healed: \($0)" } + left.map { "left: \($0)" }
  }
}
