/// `report.md`: the report as text, for a terminal, the README and diffs.
public struct LoadText: Sendable {
  public let text: String

  public init(_ report: LoadReport) {
    var parts = [Self.head(report), Self.latencies(report)]
    if !report.errors.isEmpty { parts.append(Self.errors(report)) }
    parts.append(Self.sentences(report))
    if !report.processors.isEmpty { parts.append(Self.processors(report)) }
    if !report.baselines.isEmpty { parts.append(Self.baselines(report)) }
    if !report.notes.isEmpty { parts.append(report.notes.map { "- \($0)" }.joined(separator: "\n")) }
    text = parts.joined(separator: "\n\n") + "\n"
  }

  private static func head(_ report: LoadReport) -> String {
    """
    # Load: \(report.test.summary)

    `\(report.test.command)` at \(report.test.startedAt): ack=\(report.test.acknowledgement), read=\(report.test.read), \
    \(Figures.count(report.test.keys)) keys, values of \(Figures.count(report.test.valueBytes)) bytes; measured for \
    \(Figures.decimal(report.test.seconds)) s.\(report.test.isInterrupted ? " \(interruption)" : "")
    """
  }

  static let interruption = "INTERRUPTED: ended before its time, so these are the figures of a part of it."

  static let latencyHeader = [
    "", "count", "requests/s", "mean ms", "std dev", "p50", "p90", "p99", "p99.9", "max ms", "ok", "absent", "failed",
    "unknown",
  ]

  static func latencyCells(_ row: LoadReport.Row) -> [String] {
    [row.name, Figures.count(row.count), Figures.column(row.perSecond, places: 0)]
      + [row.mean, row.standardDeviation, row.p50, row.p90, row.p99, row.p999, row.max].map(Figures.milliseconds)
      + [row.ok, row.absent, row.failed, row.unknown].map(Figures.count)
  }

  private static func latencies(_ report: LoadReport) -> String {
    TextTable.markdown(latencyHeader, report.rows.map(latencyCells))
  }

  private static func errors(_ report: LoadReport) -> String {
    let rows = report.errors.prefix(20).map { [$0.error, Figures.count($0.count)] }
    let rest = report.errors.count - rows.count
    return TextTable.markdown(["error", "count"], rows) + (rest > 0 ? "\n\n\(rest) more kinds in report.json." : "")
  }

  /// The end-to-end delay, how late requests left, how busy the machine was: a sentence each.
  static func sentences(_ report: LoadReport) -> String {
    sentenceList(report).joined(separator: "\n")
  }

  static func sentenceList(_ report: LoadReport) -> [String] {
    var lines: [String] = []
    if let delay = report.persistence {
      let times = [
        ("mean", delay.mean), ("p50", delay.p50), ("p90", delay.p90), ("p99", delay.p99), ("p99.9", delay.p999),
      ]
      let measured = times.compactMap { name, time in time.map { "\(name) \(Figures.milliseconds($0)) ms" } }
      let acknowledged = "\(Figures.count(delay.acknowledged)) acknowledged PUTs"
      lines.append(
        "End to end, from a PUT's acceptance to its commit in SQL: "
          + (measured.isEmpty
            ? "not measured, because none of \(acknowledged) was committed."
            : measured.joined(separator: ", ") + ". \(Figures.count(delay.persisted)) writes were committed for "
              + "\(acknowledged), the last of them \(Figures.decimal(delay.drainSeconds)) s after the last answer."))
    }
    guard !report.rows.isEmpty else { return lines + ["No request was measured."] }
    lines.append(
      "Requests left at most \(Figures.milliseconds(report.sendDelay.max)) ms later than intended "
        + "(p99 \(Figures.milliseconds(report.sendDelay.p99)) ms); latency counts from the intended moment.")
    if let machine = report.machine {
      lines.append(
        "The machine's \(machine.cores) cores were busy for \(Figures.decimal(machine.busy * 100)) % of the time.")
    }
    return lines
  }

  static let processorHeader = ["processor time", "containers", "cores in use", "us a request"]

  static func processorCells(_ processor: LoadReport.Processor) -> [String] {
    [
      processor.name, processor.containers.map(Figures.count) ?? "", Figures.column(processor.cores, places: 2),
      Figures.column(processor.microsecondsPerRequest, places: 1),
    ]
  }

  private static func processors(_ report: LoadReport) -> String {
    TextTable.markdown(processorHeader, report.processors.map(processorCells))
  }

  static let baselineHeader = ["by itself, just before", "a second"]

  static func baselineCells(_ baseline: LoadReport.Baseline) -> [String] {
    [baseline.name, Figures.column(baseline.perSecond, places: 0)]
  }

  private static func baselines(_ report: LoadReport) -> String {
    TextTable.markdown(baselineHeader, report.baselines.map(baselineCells))
  }
}
