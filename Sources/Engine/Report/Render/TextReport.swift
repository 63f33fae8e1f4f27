import Consistency

/// The verdict on a terminal: a line a check, the lost writes by name, where to read more.
public struct TextReport: Sendable {
  private static let lostWritesShown = 10
  private static let culpritsShown = 5

  public let text: String

  /// - Parameter folder: of the results, as the user may open it.
  public init(_ report: RunReport, folder: String) {
    let width = report.checks.map(\.name.count).max() ?? 0
    var lines = ["", "\(report.plan.name): \(report.plan.description)", ""]
    for check in report.checks where check.isExamined {
      let word = MarkdownReport.word(check.verdict)
      lines.append(
        "  \(Self.padded(word, 8))  \(Self.padded(check.name, width))  \(check.measured) (expected \(check.expected))")
      if check.verdict == .unknown, let note = check.note { lines.append("            \(note)") }
    }
    if !report.lostWrites.isEmpty {
      lines += ["", "lost writes:"]
      for write in report.lostWrites.prefix(Self.lostWritesShown) {
        lines.append(
          "  operation \(write.operation)  key \(write.key)  value \(write.value ?? "(delete)")  "
            + "\(write.isSettled == true ? "found applied" : "acknowledged") at \(number(write.acknowledgedAt)) s")
      }
      let rest = report.lostWrites.count - Self.lostWritesShown
      if rest > 0 { lines.append("  and \(rest) more in report.json") }
    }
    if let culprits = report.culprits, !culprits.isEmpty {
      lines += ["", "where it went wrong:"]
      lines += culprits.prefix(Self.culpritsShown).map {
        "  \($0.tier.rawValue): \($0.sentence) (\($0.check), \($0.count))"
      }
    }
    lines += ["", report.summary, "seed \(report.run.seed); report: \(folder)/report.html"]
    text = lines.joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}
