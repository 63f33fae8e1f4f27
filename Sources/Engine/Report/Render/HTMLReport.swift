import Consistency
import Escaping

/// `report.html`: one self-contained file, without scripts and without anything to load.
public struct HTMLReport: Sendable {
  public let text: String

  public init(_ report: RunReport, _ timeline: Timeline) {
    let verdict = MarkdownReport.word(report.verdict)
    var body = [
      """
      <header><p class="verdict \(Self.style(report.verdict))">\(verdict)</p>
      <h1>\(Escaping.markup(report.plan.name))</h1>
      <p class="question">\(Escaping.markup(report.plan.description))</p>
      <p>\(Escaping.markup(report.summary))</p></header>
      """,
      Self.tiles(report),
      """
      <section><h2>What happened</h2>
      \(TimelineChart(report: report, timeline: timeline).svg)
      <p class="legend"><span class="key ok"></span>ok <span class="key fail"></span>failed (certainly not done)
      <span class="key unknown"></span>outcome unknown <span class="key fault"></span>fault
      <span class="key recovered"></span>service back</p></section>
      """,
      Self.checks(report),
    ]
    if !report.lostWrites.isEmpty { body.append(Self.lostWrites(report.lostWrites)) }
    body.append(Self.faults(report))
    body.append(Self.traffic(report))
    body.append(Self.run(report))
    text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Escaping.markup(report.plan.name)): \(verdict)</title>
      <style>
      \(HTMLStyle.sheet)
      </style></head><body>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </body></html>

      """
  }

  private static func style(_ verdict: Verdict) -> String {
    switch verdict {
    case .holds: "held"
    case .violated: "violated"
    case .unknown: "undecided"
    }
  }

  private static func tiles(_ report: RunReport) -> String {
    func tile(_ name: String, _ value: String) -> String {
      "<div><b>\(Escaping.markup(value))</b><span>\(Escaping.markup(name))</span></div>"
    }
    func availability(_ summary: TrafficSummary?) -> String { summary?.availability.map(percent) ?? "-" }
    let disturbed = report.traffic.during?.disturbedSeconds.map { "\(number($0, decimals: 1)) s" } ?? "-"
    let recoveries = report.faults.filter { $0.struckAt != nil }.map(\.recovery)
    let slowest =
      recoveries.contains(nil) ? "not seen" : recoveries.compactMap(\.self).max().map { "\(number($0, decimals: 1)) s" }
    return """
      <div class="tiles">\(tile("acknowledged writes lost", String(report.lostWrites.count)))\
      \(tile("acknowledged writes", report.settlement.map { String($0.acknowledgedWrites) } ?? "-"))\
      \(tile("available before", availability(report.traffic.before)))\
      \(tile("during", availability(report.traffic.during)))\
      \(tile("not everyone served", disturbed))\
      \(tile("after", availability(report.traffic.after)))\
      \(tile("recovery", slowest ?? "-"))</div>
      """
  }

  private static func checks(_ report: RunReport) -> String {
    let rows = report.checks.map { check in
      let isEmpty = check.verdict == .holds && !check.isExamined
      let word = isEmpty ? "-" : MarkdownReport.word(check.verdict)
      var question = Escaping.markup(check.question)
      if let note = check.note { question += "<br><small>\(Escaping.markup(note))</small>" }
      if check.verdict != .holds, !check.findings.isEmpty {
        let shown = check.findings.prefix(10).map { "<pre>\(Escaping.markup($0))</pre>" }.joined()
        let rest = check.findings.count > 10 ? "<p>\(check.findings.count - 10) more in report.json.</p>" : ""
        question += "<details open><summary>\(check.findings.count) findings</summary>\(shown)\(rest)</details>"
      }
      return """
        <tr class="\(isEmpty ? "empty" : style(check.verdict))"><td><b>\(Escaping.markup(check.name))</b></td>\
        <td class="word">\(word)</td><td>\(Escaping.markup(check.expected))</td><td>\(Escaping.markup(check.measured))</td><td>\(question)</td></tr>
        """
    }
    return section("Verdict", ["check", "", "expected", "measured", "question"], rows)
  }

  private static func lostWrites(_ lost: [LostWrite]) -> String {
    let rows = lost.prefix(200).map { write in
      row([
        write.operation, write.key, write.value ?? "(delete)", "\(number(write.acknowledgedAt)) s",
        write.evidence.joined(separator: "; "),
      ])
    }
    return section(
      "Lost writes (\(lost.count))", ["operation", "key", "value", "acknowledged at", "what each tier says"], rows)
  }

  private static func faults(_ report: RunReport) -> String {
    guard !report.faults.isEmpty else { return "" }
    func seconds(_ value: Double?) -> String { value.map { "\(number($0, decimals: 1)) s" } ?? "-" }
    let rows = report.faults.map { fault in
      row([
        fault.label, fault.targets.map { "\($0.node) (\($0.role))" }.joined(separator: ", "), seconds(fault.struckAt),
        seconds(fault.healOrderedAt), fault.recovery == nil ? "not seen" : seconds(fault.recovery),
        fault.healOrderedAt != nil && fault.recoveryAfterHeal == nil ? "not seen" : seconds(fault.recoveryAfterHeal),
        fault.remarks,
      ])
    }
    return section(
      "Faults", ["fault", "target", "struck at", "healed at", "recovery", "recovery after the heal", "problems"], rows,
      footer: report.recoveryRule.explanation)
  }

  private static func traffic(_ report: RunReport) -> String {
    func line(_ name: String, _ summary: TrafficSummary) -> String {
      let latency = summary.latencyMilliseconds
      return row([
        name, String(summary.operations), summary.availability.map(percent) ?? "-", String(summary.fail),
        String(summary.unknown), summary.disturbedSeconds.map { "\(number($0, decimals: 1)) s" } ?? "-",
        latency.map { number($0.p50, decimals: 1) } ?? "-",
        latency.map { number($0.p99, decimals: 1) } ?? "-", latency.map { number($0.max, decimals: 0) } ?? "-",
      ])
    }
    let windows: [(String, TrafficSummary?)] = [
      ("before", report.traffic.before), ("during", report.traffic.during), ("after", report.traffic.after),
    ]
    let kinds = report.trafficByKind.sorted { $0.key < $1.key }.map { line("all \($0.key)", $0.value) }
    let errors = report.errors.prefix(10).map { "\($0.count) x \($0.error)" }.joined(separator: ", ")
    return section(
      "Traffic", ["", "operations", "ok", "failed", "unknown", "not all served", "p50 ms", "p99 ms", "max ms"],
      windows.compactMap { name, summary in summary.map { line(name, $0) } } + kinds,
      footer: errors.isEmpty ? nil : "Errors: \(errors)")
  }

  private static func run(_ report: RunReport) -> String {
    var lines = [
      "Plan \(report.plan.path), seed \(report.run.seed), keys \(report.run.namespace).*",
      "Started \(report.run.startedAt); \(number(report.run.secondsLong, decimals: 1)) s, \(report.run.events) events; "
        + "SQL flavour \(report.run.flavour)",
    ]
    if let engine = report.run.engine { lines.append("Docker Engine at \(engine)") }
    if let verdict = report.run.verdictSeconds { lines.append(MarkdownReport.verdictTime(verdict)) }
    if let settlement = report.settlement {
      lines.append(
        "\(settlement.unknownWrites) writes of unknown outcome, of which \(settlement.appliedUnknownWrites) were applied; "
          + "drained in \(number(settlement.drainSeconds, decimals: 1)) s")
    }
    lines += report.notes
    return "<section><h2>Run</h2><ul>" + lines.map { "<li>\(Escaping.markup($0))</li>" }.joined() + "</ul></section>"
  }

  private static func section(_ title: String, _ header: [String], _ rows: [String], footer: String? = nil) -> String {
    let head = header.map { "<th>\(Escaping.markup($0))</th>" }.joined()
    let foot = footer.map { "<p class=\"footer\">\(Escaping.markup($0))</p>" } ?? ""
    return """
      <section><h2>\(Escaping.markup(title))</h2><div class="scroll"><table><thead><tr>\(head)</tr></thead><tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>\(foot)</section>
      """
  }

  private static func row(_ cells: [String]) -> String {
    "<tr>" + cells.map { "<td>\(Escaping.markup($0))</td>" }.joined() + "</tr>"
  }

}
