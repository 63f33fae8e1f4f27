import Faults

/// The faults of plans for people, from their definitions: what `kvchaos plan faults` prints, and the table of
/// `chaos/README.md`.
public enum FaultTable {
  /// Each fault with its targets and its fields.
  public static func text(for target: PlanTarget) -> String {
    let width = (FaultCatalogue.definitions.map(\.name.count).max() ?? 0) + 2
    let margin = String(repeating: " ", count: width)
    return FaultCatalogue.definitions.map { fault in
      let first = fault.name + margin.dropFirst(fault.name.count) + fault.summary
      let lines = ["targets: \(targets(of: fault, in: target))"] + fault.fields.map { line($0, target) }
      return ([first] + lines.map { margin + $0 }).joined(separator: "\n") + "\n"
    }.joined()
  }

  /// A row a fault.
  public static func markdown(for target: PlanTarget) -> String {
    let head = "| fault | fields | targets | what it does |\n|---|---|---|---|\n"
    return head
      + FaultCatalogue.definitions.map { fault in
        let fields = fault.fields.map { "`\($0.name)` (\(presence(of: $0)))" }.joined(separator: ", ")
        return "| `\(fault.name)` | \(fields) | \(targets(of: fault, in: target)) | \(fault.summary) |\n"
      }.joined()
  }

  private static func line(_ field: FaultField, _ target: PlanTarget) -> String {
    "\(field.name) (\(presence(of: field))): \(field.validHint(for: target))" + (field.meaning.map { ". \($0)" } ?? "")
  }

  private static func presence(of field: FaultField) -> String {
    field.isRequired ? "required" : field.fallback?.plan ?? "optional"
  }

  private static func targets(of fault: FaultDefinition, in target: PlanTarget) -> String {
    let targets = fault.targetTiers(in: target)
    let others = target.tiers.map(\.tier).filter { !targets.contains($0) }
    guard !others.isEmpty else { return "every tier" }
    func list(_ tiers: [Tier]) -> String { tiers.map { "`\($0.rawValue)`" }.joined(separator: ", ") }
    return others.count < targets.count ? "all but \(list(others))" : list(targets)
  }
}

extension FaultValue {
  /// As a plan writes it.
  fileprivate var plan: String {
    switch self {
    case .text(let text): text
    case .time(let duration): Units.text(duration)
    case .whole(let number): String(number)
    case .real(let number): Units.text(number)
    case .list(let words): "[\(words.joined(separator: ", "))]"
    }
  }
}
