import Presentation

/// The report of a load test as a document: `report.md`, which a terminal shows too, and `report.html`.
public struct LoadDocument: Sendable {
  private static let errorsShown = 20

  let document: Document

  public init(_ report: LoadReport) {
    var blocks: [Block] = [
      .paragraph(Self.introduction(report.test)), .tiles(Self.tiles(report)), .table(Self.latencies(report.rows)),
    ]
    blocks += Self.errors(report.errors)
    blocks += [
      .paragraph(.lines(Self.sentences(report))), .figure(LoadCharts.timeline(report.timeline)),
      .figure(LoadCharts.distribution(report.rows)),
    ]
    blocks += Self.processors(report.processors)
    blocks += Self.baselines(report.baselines)
    if !report.notes.isEmpty { blocks.append(.list(report.notes.map { Prose($0) })) }
    document = Document(title: "Load: \(report.test.summary)", blocks)
  }

  /// The columns line up.
  public var markdown: String { MarkdownRenderer(linesUp: true).text(document) }

  var page: String { HTMLRenderer().page(document) }

  private static func introduction(_ test: LoadReport.Test) -> Prose {
    let interruption =
      test.isInterrupted ? " INTERRUPTED: ended before its time, so these are the figures of a part of it." : ""
    return """
      \(code: test.command) at \(test.startedAt): ack=\(test.acknowledgement), read=\(test.read), \
      \(Numbers.count(test.keys)) keys, values of \(Numbers.count(test.valueBytes)) bytes; measured for \
      \(Numbers.grouped(test.seconds)) s.\(interruption)
      """
  }

  private static func tiles(_ report: LoadReport) -> [Tile] {
    let rate = report.rows.last.map { Numbers.grouped($0.perSecond, decimals: 0) } ?? "-"
    var tiles = [Tile("requests a second", rate), Tile("errors", Numbers.count(report.errorCount))]
    for row in report.rows where row.name != "all" {
      tiles.append(Tile("\(row.name) mean", "\(Numbers.milliseconds(row.mean)) ms"))
      tiles.append(Tile("\(row.name) p99", "\(Numbers.milliseconds(row.p99)) ms"))
    }
    if let delay = report.persistence {
      tiles.append(Tile("end to end p99", delay.p99.map { "\(Numbers.milliseconds($0)) ms" } ?? "not measured"))
    }
    return tiles
  }

  // MARK: - Tables: the first column is words, all others are numbers

  private static func table(_ header: [String], _ rows: [[String]]) -> Table {
    Table(header, rows, numbers: Set(1..<header.count))
  }

  private static func latencies(_ rows: [LoadReport.Row]) -> Table {
    table(
      [
        "", "count", "requests/s", "mean ms", "std dev", "p50", "p90", "p99", "p99.9", "max ms", "ok", "absent",
        "failed", "unknown",
      ],
      rows.map { row in
        [row.name, Numbers.count(row.count), Numbers.column(row.perSecond, decimals: 0)]
          + [row.mean, row.standardDeviation, row.p50, row.p90, row.p99, row.p999, row.max].map(Numbers.milliseconds)
          + [row.ok, row.absent, row.failed, row.unknown].map(Numbers.count)
      })
  }

  private static func errors(_ errors: [LoadReport.ErrorCount]) -> [Block] {
    guard !errors.isEmpty else { return [] }
    let rows = errors.prefix(errorsShown).map { [$0.error, Numbers.count($0.count)] }
    var blocks: [Block] = [.table(table(["error", "count"], rows))]
    let rest = errors.count - rows.count
    if rest > 0 { blocks.append(.paragraph("\(rest) more kinds in report.json.")) }
    return blocks
  }

  private static func processors(_ processors: [LoadReport.Processor]) -> [Block] {
    guard !processors.isEmpty else { return [] }
    let rows = processors.map { processor in
      [
        processor.name, processor.containers.map(Numbers.count) ?? "", Numbers.column(processor.cores, decimals: 2),
        Numbers.column(processor.microsecondsPerRequest),
      ]
    }
    return [.table(table(["processor time", "containers", "cores in use", "us a request"], rows))]
  }

  private static func baselines(_ baselines: [LoadReport.Baseline]) -> [Block] {
    guard !baselines.isEmpty else { return [] }
    let rows = baselines.map { [$0.name, Numbers.column($0.perSecond, decimals: 0)] }
    return [.table(table(["by itself, just before", "a second"], rows))]
  }

  // MARK: - Sentences

  /// The end-to-end delay, how late requests left, how busy the machine was.
  private static func sentences(_ report: LoadReport) -> [Prose] {
    var sentences: [Prose] = []
    if let delay = report.persistence { sentences.append(endToEnd(delay)) }
    guard !report.rows.isEmpty else { return sentences + ["No request was measured."] }
    sentences.append(
      """
      Requests left at most \(Numbers.milliseconds(report.sendDelay.max)) ms later than intended \
      (p99 \(Numbers.milliseconds(report.sendDelay.p99)) ms); latency counts from the intended moment.
      """)
    if let machine = report.machine {
      sentences.append(
        "The machine's \(machine.cores) cores were busy for \(Numbers.grouped(machine.busy * 100)) % of the time.")
    }
    return sentences
  }

  private static func endToEnd(_ delay: LoadReport.Persistence) -> Prose {
    let times = [
      ("mean", delay.mean), ("p50", delay.p50), ("p90", delay.p90), ("p99", delay.p99), ("p99.9", delay.p999),
    ]
    let measured = times.compactMap { name, time in time.map { "\(name) \(Numbers.milliseconds($0)) ms" } }
    let acknowledged = "\(Numbers.count(delay.acknowledged)) acknowledged PUTs"
    let what =
      measured.isEmpty
      ? "not measured, because none of \(acknowledged) was committed."
      : """
      \(measured.joined(separator: ", ")). \(Numbers.count(delay.persisted)) writes were committed for \
      \(acknowledged), the last of them \(Numbers.grouped(delay.drainSeconds)) s after the last answer.
      """
    return "End to end, from a PUT's acceptance to its commit in SQL: \(what)"
  }
}
