import Consistency
import Presentation

/// The report of a run as a document: `report.md` and `report.html` say the same.
struct RunDocument {
  private static let lostWritesShown = 100
  private static let findingsShown = 10
  private static let errorsShown = 10

  let document: Document

  init(_ report: RunReport, _ timeline: Timeline) {
    var blocks: [Block] = [
      .paragraph(Prose(report.plan.description)), .paragraph(Prose(report.summary)), .tiles(Self.tiles(report)),
      .figure(TimelineChart(report: report, timeline: timeline).figure),
    ]
    blocks += Self.checks(report)
    blocks += Self.lostWrites(report.lostWrites)
    blocks += Self.culprits(report.culprits ?? [])
    blocks += Self.findings(report)
    blocks += Self.faults(report)
    blocks += Self.traffic(report)
    blocks += Self.run(report)
    document = Document(title: report.plan.name, verdict: report.verdict.badge, blocks)
  }

  private static func tiles(_ report: RunReport) -> [Tile] {
    func availability(_ summary: TrafficSummary?) -> String { summary?.availability.map { Numbers.percent($0) } ?? "-" }
    let recoveries = report.faults.filter { $0.struckAt != nil }.map(\.recovery)
    let slowest = recoveries.contains(nil) ? "not seen" : Numbers.seconds(recoveries.compactMap(\.self).max())
    return [
      Tile("acknowledged writes lost", String(report.lostWrites.count)),
      Tile("acknowledged writes", report.settlement.map { String($0.acknowledgedWrites) } ?? "-"),
      Tile("available before", availability(report.traffic.before)),
      Tile("during", availability(report.traffic.during)),
      Tile("not everyone served", Numbers.seconds(report.traffic.during?.disturbedSeconds)),
      Tile("after", availability(report.traffic.after)), Tile("recovery", slowest),
    ]
  }

  // MARK: - Verdict

  private static func checks(_ report: RunReport) -> [Block] {
    let rows = report.checks.map { check -> Table.Row in
      let isEmpty = check.verdict == .holds && !check.isExamined
      return Table.Row(
        [
          Prose(check.name), isEmpty ? "-" : check.verdict.prose, Prose(check.expected), Prose(check.measured),
          .lines([check.question, check.note].compactMap { $0.map { Prose($0) } }),
        ], tone: isEmpty ? .quiet : check.verdict.tone)
    }
    return [.heading("Verdict"), .table(Table(["check", "verdict", "expected", "measured", "question"], rows))]
  }

  private static func lostWrites(_ lost: [LostWrite]) -> [Block] {
    guard !lost.isEmpty else { return [] }
    let rows = lost.prefix(lostWritesShown).map { write in
      [
        write.operation, write.key, write.value ?? "(delete)", "\(Numbers.number(write.acknowledgedAt)) s",
        write.evidence.joined(separator: "; "),
      ]
    }
    let table = Table(["operation", "key", "value", "acknowledged at", "what each tier says"], rows)
    var blocks: [Block] = [.heading("Lost writes (\(lost.count))"), .table(table)]
    let rest = lost.count - rows.count
    if rest > 0 { blocks.append(.paragraph("The other \(rest) are in report.json.")) }
    return blocks
  }

  private static func culprits(_ culprits: [Culprit]) -> [Block] {
    guard !culprits.isEmpty else { return [] }
    let rows = culprits.map { [$0.tier.rawValue, $0.check, String($0.count), $0.sentence, $0.operation ?? ""] }
    return [
      .heading("Where it went wrong"),
      .table(Table(["tier", "check", "findings", "evidence", "first operation"], rows)),
    ]
  }

  private static func findings(_ report: RunReport) -> [Block] {
    var blocks: [Block] = []
    for check in report.checks where check.verdict != .holds && !check.findings.isEmpty {
      blocks.append(.heading(Prose(check.name), level: 3))
      blocks += check.findings.prefix(findingsShown).map { .code($0) }
      let rest = check.findings.count - findingsShown
      if rest > 0 { blocks.append(.paragraph("\(rest) more in report.json.")) }
    }
    return blocks.isEmpty ? [] : [.heading("Findings")] + blocks
  }

  // MARK: - What happened

  private static func faults(_ report: RunReport) -> [Block] {
    guard !report.faults.isEmpty else { return [] }
    func recovery(_ value: Double?, since moment: Double?) -> String {
      moment != nil && value == nil ? "not seen" : Numbers.seconds(value)
    }
    let rows = report.faults.map { fault in
      [
        fault.label, fault.targets.map { "\($0.node) (\($0.role))" }.joined(separator: ", "),
        Numbers.seconds(fault.struckAt), Numbers.seconds(fault.healOrderedAt),
        recovery(fault.recovery, since: fault.struckAt),
        recovery(fault.recoveryAfterHeal, since: fault.healOrderedAt), fault.remarks,
      ]
    }
    let header = ["fault", "target", "struck at", "healed at", "recovery", "recovery after the heal", "problems"]
    return [
      .heading("Faults"), .table(Table(header, rows)), .paragraph(Prose(report.recoveryRule.explanation)),
    ]
  }

  private static func traffic(_ report: RunReport) -> [Block] {
    let windows = [
      ("before", report.traffic.before), ("during", report.traffic.during), ("after", report.traffic.after),
    ]
    var rows = windows.compactMap { name, summary in summary.map { row(name, $0) } }
    for (kind, summary) in report.trafficByKind.sorted(by: { $0.key < $1.key }) {
      rows.append(row("all \(kind)", summary))
    }
    let header = ["traffic", "operations", "ok", "failed", "unknown", "not all served", "p50 ms", "p99 ms", "max ms"]
    var blocks: [Block] = [.heading("Traffic"), .table(Table(header, rows))]
    let errors = report.errors.prefix(errorsShown).map { [$0.error, String($0.count)] }
    if !errors.isEmpty { blocks.append(.table(Table(["error", "count"], errors))) }
    return blocks
  }

  private static func row(_ name: String, _ summary: TrafficSummary) -> [String] {
    func milliseconds(_ value: Double?, decimals: Int) -> String {
      value.map { Numbers.number($0, decimals: decimals) } ?? "-"
    }
    let latency = summary.latencyMilliseconds
    return [
      name, String(summary.operations), summary.availability.map { Numbers.percent($0) } ?? "-", String(summary.fail),
      String(summary.unknown), Numbers.seconds(summary.disturbedSeconds), milliseconds(latency?.p50, decimals: 1),
      milliseconds(latency?.p99, decimals: 1), milliseconds(latency?.max, decimals: 0),
    ]
  }

  private static func run(_ report: RunReport) -> [Block] {
    let phases = report.phases.map { "\($0.name) \(Numbers.seconds($0.start))-\(Numbers.seconds($0.end))" }
    var lines: [Prose] = [
      "plan: \(code: report.plan.path), seed \(report.run.seed), keys \(code: "\(report.run.namespace).*")",
      """
      started \(report.run.startedAt), \(Numbers.number(report.run.secondsLong, decimals: 1)) s, \(report.run.events) \
      events, SQL flavour \(report.run.flavour)
      """,
      "phases: \(phases.joined(separator: ", "))",
    ]
    if let engine = report.run.engine { lines.append("Docker Engine at \(engine)") }
    if let seconds = report.run.verdictSeconds {
      lines.append(
        """
        consistency checked during the run: the verdict came \(Numbers.number(seconds, decimals: 2)) s after the last \
        event
        """)
    }
    if let settlement = report.settlement {
      let refused = settlement.refusedWrites.map { "; \($0) refused" } ?? ""
      lines.append(
        """
        writes: \(settlement.acknowledgedWrites) acknowledged; \(settlement.unknownWrites) of unknown outcome, of which \
        \(settlement.appliedUnknownWrites) were applied\(refused); drained in \
        \(Numbers.number(settlement.drainSeconds, decimals: 1)) s
        """)
    }
    return [.heading("Run"), .list(lines + report.notes.map { Prose($0) })]
  }
}
