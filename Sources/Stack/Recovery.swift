import Faults

/// What an earlier run, or the loss of the engine, had left of the stack, and what became of it.
public struct Recovery: Sendable, Hashable {
  /// Containers of the stack that were paused or down and were made to run, by full name.
  public var raised: [String] = []
  /// What became of the undos that were owed.
  public var report = HealReport()
  /// Rules and helpers that no ledger knew, and that are gone.
  public var swept: [Residue] = []
  /// What is left all the same.
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
    case .helper, .paused, .down, .missing: "the helper \(residue.container)"
    }
  }

  /// What could not be done, a line each.
  public var problems: [String] {
    report.failures.map { "not healed: \($0)" } + left.map { "left: \($0)" }
  }
}
