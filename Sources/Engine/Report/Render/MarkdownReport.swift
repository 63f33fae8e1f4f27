import Consistency
import Escaping

/// `report.md`: the report as text, for terminals, merge requests and diffs.
public struct MarkdownReport: Sendable {
  static let lostWritesShown = 50
  static let findingsShown = 5

  public let text: String

  public init(_ report: RunReport) {
    var parts = [Self.head(report), Self.checks(report)]
    if !report.lostWrites.isEmpty { parts.append(Self.lostWrites(report.lostWrites)) }
    if let culprits = report.culprits, !culprits.isEmpty { parts.append(Self.culprits(culprits)) }
    let findings = Self.findings(report)
    if !findings.isEmpty { parts.append(findings) }
    if !report.faults.isEmpty { parts.append(Self.faults(report)) }
    parts.append(Self.traffic(report))
    parts.append(Self.run(report))
    text = parts.joined(separator: "\n\n") + "\n"
  }

  static func word(_ verdict: Verdict) -> String {
    switch verdict {
    case .holds: "held"
    case .violated: "VIOLATED"
    case .unknown: "UNKNOWN"
    }
  }

  private static func head(_ report: RunReport) -> String {
    """
    # \(report.plan.name): \(word(report.verdict))

    \(report.plan.description)

    \(report.summary)
    """
  }

  private static func checks(_ report: RunReport) -> String {
    let rows = report.checks.map { check in
      let verdict = check.verdict == .holds && !check.isExamined ? "-" : word(check.verdict)
      return [check.name, verdict, check.expected, check.measured, check.question]
    }
    return "## Verdict\n\n" + table(["check", "verdict", "expected", "measured", "question"], rows)
  }

  private static func lostWrites(_ lost: [LostWrite]) -> String {
    let rows = lost.prefix(lostWritesShown).map { write in
      [
        write.operation, write.key, write.value ?? "(delete)", "\(number(write.acknowledgedAt)) s",
        write.evidence.joined(separator: "; "),
      ]
    }
    var text = "## Lost writes (\(lost.count))\n\n"
    text += table(["operation", "key", "value", "acknowledged at", "what each tier says"], rows)
    if lost.count > lostWritesShown { text += "\n\nThe other \(lost.count - lostWritesShown) are in report.json." }
    return text
  }

  private static func culprits(_ culprits: [Culprit]) -> String {
    let rows = culprits.map { [$0.tier.rawValue, $0.check, String($0.count), $0.sentence, $0.operation ?? ""] }
    return "## Where it went wrong\n\n"
      + table(["tier", "check", "findings", "evidence", "first operation"], rows)
  }

  private static func findings(_ report: RunReport) -> String {
    let parts = report.checks.filter { $0.verdict != .holds && !$0.findings.isEmpty }.map { check in
      let shown = check.findings.prefix(findingsShown).map { "```\n\($0)\n```" }.joined(separator: "\n")
      let rest = check.findings.count - findingsShown
      return "### \(check.name)\n\n\(shown)" + (rest > 0 ? "\n\n\(rest) more in report.json." : "")
    }
    return parts.isEmpty ? "" : "## Findings\n\n" + parts.joined(separator: "\n\n")
  }

  private static func faults(_ report: RunReport) -> String {
    let rows = report.faults.map { fault in
      [
        fault.label, fault.targets.map { "\($0.node) (\($0.role))" }.joined(separator: ", "), seconds(fault.struckAt),
        seconds(fault.healOrderedAt), recovery(fault.recovery, fault.struckAt),
        recovery(fault.recoveryAfterHeal, fault.healOrderedAt), fault.remarks,
      ]
    }
    let header = ["fault", "target", "struck at", "healed at", "recovery", "recovery after the heal", "problems"]
    return "## Faults\n\n" + table(header, rows) + "\n\n" + report.recoveryRule.explanation
  }

  private static func traffic(_ report: RunReport) -> String {
    var rows: [[String]] = []
    func row(_ name: String, _ summary: TrafficSummary?) {
      guard let summary else { return }
      let latency = summary.latencyMilliseconds
      rows.append([
        name, String(summary.operations), summary.availability.map(percent) ?? "-", String(summary.fail),
        String(summary.unknown), seconds(summary.disturbedSeconds), latency.map { number($0.p50, decimals: 1) } ?? "-",
        latency.map { number($0.p99, decimals: 1) } ?? "-", latency.map { number($0.max, decimals: 0) } ?? "-",
      ])
    }
    row("before", report.traffic.before)
    row("during", report.traffic.during)
    row("after", report.traffic.after)
    for (name, summary) in report.trafficByKind.sorted(by: { $0.key < $1.key }) { row("all \(name)", summary) }
    let header = ["traffic", "operations", "ok", "failed", "unknown", "not all served", "p50 ms", "p99 ms", "max ms"]
    var text = "## Traffic\n\n" + table(header, rows)
    if !report.errors.isEmpty {
      text += "\n\n" + table(["error", "count"], report.errors.prefix(10).map { [$0.error, String($0.count)] })
    }
    return text
  }

  private static func run(_ report: RunReport) -> String {
    var lines = [
      "- plan: `\(report.plan.path)`, seed \(report.run.seed), keys `\(report.run.namespace).*`",
      "- started \(report.run.startedAt), \(number(report.run.secondsLong, decimals: 1)) s, "
        + "\(report.run.events) events, SQL flavour \(report.run.flavour)",
      "- phases: "
        + report.phases.map { "\($0.name) \(seconds($0.start))-\(seconds($0.end))" }.joined(separator: ", "),
    ]
    if let engine = report.run.engine { lines.append("- Docker Engine at \(engine)") }
    if let verdict = report.run.verdictSeconds { lines.append("- \(verdictTime(verdict))") }
    if let settlement = report.settlement {
      lines.append(
        "- writes: \(settlement.acknowledgedWrites) acknowledged; \(settlement.unknownWrites) of unknown outcome, of which "
          + "\(settlement.appliedUnknownWrites) were applied\(refused(settlement)); drained in \(number(settlement.drainSeconds, decimals: 1)) s"
      )
    }
    lines += report.notes.map { "- \($0)" }
    return "## Run\n\n" + lines.joined(separator: "\n")
  }

  private static func refused(_ settlement: SettlementSummary) -> String {
    settlement.refusedWrites.map { "; \($0) refused" } ?? ""
  }

  static func verdictTime(_ seconds: Double) -> String {
    "consistency checked during the run: the verdict came \(number(seconds, decimals: 2)) s after the last event"
  }

  private static func seconds(_ value: Double?) -> String {
    value.map { "\(number($0, decimals: 1)) s" } ?? "-"
  }

  private static func recovery(_ value: Double?, _ moment: Double?) -> String {
    guard moment != nil else { return "-" }
    return value.map { "\(number($0, decimals: 1)) s" } ?? "not seen"
  }

  static func table(_ header: [String], _ rows: [[String]]) -> String {
    let lines = [header, header.map { _ in "---" }] + rows
    return lines.map { cells in
      "| " + cells.map(Escaping.markdownCell).joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }
}
