import Escaping
import Presentation

/// A consistency report for a terminal or a log.
public struct ReportText: Sendable {
  private let report: ConsistencyReport
  private let name: String
  private let limit: Int

  /// - Parameters:
  ///   - report: what is shown.
  ///   - name: the history's, as people know it.
  ///   - limit: violations and unknown keys shown in full.
  public init(_ report: ConsistencyReport, name: String, limit: Int = 5) {
    self.report = report
    self.name = name
    self.limit = limit
  }

  /// The whole text, without a newline at its end.
  public var description: String {
    var lines = [headline]
    lines += report.notes.map { "note: \($0)" }
    lines.append("")
    lines += report.checks.map(line)
    for check in report.checks where check.check != .linearizability && check.verdict == .violated {
      lines += ["", "\(check.check.rawValue): \(check.check.question)"]
      lines += findings(check)
    }
    lines += linearizability
    return lines.map { Escaping.plain($0) }.joined(separator: "\n")
  }

  private var headline: String {
    let word = report.verdict.word.uppercased()
    let model = report.model.map(\.rawValue) ?? "no known model"
    let keys = report.keys.count == 1 ? "1 key" : "\(report.keys.count) keys"
    return "\(word)  \(name): \(model), \(report.operations) operations (\(report.unknowns) unknown, "
      + "\(report.failures) failed) on \(keys), \(Numbers.fixed(report.seconds, decimals: 3)) s, "
      + "\(report.peakMemoryBytes >> 20) MiB at most"
  }

  private func line(_ check: CheckOutcome) -> String {
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    var text = pad(check.check.rawValue, 22) + pad(check.verdict.word, 11)
    if check.examined > 0 {
      let unit = check.check == .linearizability ? "keys" : "operations"
      text += "\(check.violations) of \(check.examined) \(unit)"
      if check.allowed > 0 { text += ", \(check.allowed) more at levels that allow it" }
    } else if check.violations > 0 {
      text += "\(check.violations)"
    } else if check.note == nil {
      text += "nothing to examine"
    }
    if let note = check.note { text += (check.examined > 0 ? "; " : "") + note }
    return text
  }

  private func findings(_ check: CheckOutcome) -> [String] {
    var lines: [String] = []
    for finding in check.findings.prefix(limit) {
      lines.append("  \(finding.key.map { "key \($0): " } ?? "")\(finding.message)")
      lines += CoreDrawing(finding.operations).lines.map { "    " + $0 }
    }
    let rest = check.violations - min(limit, check.findings.count)
    if rest > 0 { lines.append("  and \(rest) more") }
    return lines
  }

  private var linearizability: [String] {
    var lines: [String] = []
    let violated = report.keys.filter { $0.verdict == .violated }
    let unknown = report.keys.filter { $0.verdict == .unknown }
    if !violated.isEmpty { lines += ["", "linearizability: these operations cannot be put in one order"] }
    for key in violated.prefix(limit) {
      lines.append("  \(title(key)): \(key.message ?? "not linearizable")")
      lines += CoreDrawing(key.core).lines.map { "    " + $0 }
      if key.core.count > CoreDrawing.operationLimit {
        lines.append("    and \(key.core.count - CoreDrawing.operationLimit) more; see the JSON or HTML report")
      }
    }
    if violated.count > limit { lines.append("  and \(violated.count - limit) more keys") }
    if !unknown.isEmpty { lines += ["", "linearizability: undecided"] }
    for key in unknown.prefix(limit) { lines.append("  \(title(key)): \(key.note ?? "undecided")") }
    if unknown.count > limit { lines.append("  and \(unknown.count - limit) more keys") }
    return lines
  }

  private func title(_ key: KeyVerdict) -> String {
    (key.key.map { "key \($0)" } ?? "the only object") + " (\(key.engine.rawValue), \(key.operations) operations)"
  }
}
