import Escaping
import Presentation

/// A self-contained HTML page: the verdicts, the core of the violation, and a zoomable picture of the operations around
/// it with the faults behind them.
public struct TimelinePage: Sendable {
  private let report: ConsistencyReport
  private let timeline: Timeline
  private let name: String

  /// - Parameters:
  ///   - report: the verdicts.
  ///   - timeline: the picture, of the same history.
  ///   - name: the history's, as people know it.
  public init(_ report: ConsistencyReport, timeline: Timeline, name: String) {
    self.report = report
    self.timeline = timeline
    self.name = name
  }

  /// The page.
  public var html: String {
    let script = "const data = \(data);\n" + String(decoding: PackageResources.timeline_js, as: UTF8.self)
    let sheet = String(decoding: PackageResources.timeline_css, as: UTF8.self)
    return HTMLRenderer(sheet: sheet, script: script).page(document)
  }

  private var document: Document {
    let keys = report.keys.count == 1 ? "1 key" : "\(report.keys.count) keys"
    let model = report.model.map { "; model \($0.rawValue)" } ?? ""
    let object = timeline.key.map { "Key \($0)" } ?? "The history's object"
    let extent: Prose = """
      \(report.operations) operations, \(report.unknowns) of unknown outcome, \(report.failures) failed, on \(keys)\(model).
      """
    var blocks: [Block] = [.paragraph(extent)]
    blocks += report.notes.map { .paragraph(Prose($0)) }
    blocks += core
    blocks += [
      .heading("\(object): \(timeline.operations.count) operations"), .figure(Figure("", .markup(Self.picture))),
    ]
    blocks += checks
    return Document(title: name, verdict: report.verdict.badge, blocks)
  }

  private var core: [Block] {
    let operations = timeline.operations.filter { timeline.core.contains($0.index) }
    guard !operations.isEmpty else { return [] }
    let message = report.keys.first { $0.verdict == .violated }?.message ?? "the operations of the first violation"
    return [.heading("The core: \(message)"), .code(CoreDrawing(operations).lines.joined(separator: "\n"))]
  }

  private var checks: [Block] {
    let rows = report.checks.map { check -> Table.Row in
      Table.Row(
        [
          Prose(check.check.rawValue), check.verdict.prose, "\(check.violations)", "\(check.examined)",
          "\(check.allowed)", .lines([check.check.question, check.note].compactMap { $0.map { Prose($0) } }),
        ], tone: check.verdict.tone)
    }
    let header = ["check", "verdict", "violations", "examined", "allowed", "question"]
    return [.heading("Checks"), .table(Table(header, rows, numbers: [2, 3, 4]))]
  }

  /// What the script draws on, and its buttons.
  private static let picture = """
    <p><button data-key="c">Core</button> <button data-key="0">All</button> <button data-key="+">+</button> \
    <button data-key="-">−</button> <span class="hint">Wheel: zoom. Drag: move. Keys: c, 0, +, −, arrows. Red: the \
    core. Grey: outcome unknown, it may take effect at any time on. Pale: certainly not done. Bands: faults.</span></p>
    <p id="detail" aria-live="polite">&nbsp;</p>
    <canvas id="picture" tabindex="0" aria-label="Operations over time"></canvas>
    """

  /// The picture's data as JSON: rows of index, end, start and end time, process, flags and label.
  private var data: String {
    let operations = timeline.operations.map { operation in
      let isCore = timeline.core.contains(operation.index)
      let outcome = operation.outcome == .ok ? 0 : operation.outcome == .unknown ? 1 : 2
      return "[\(operation.index),\(operation.completionIndex ?? -1),\(operation.callNanoseconds),"
        + "\(operation.returnNanoseconds ?? -1),\(operation.process),\(isCore ? 1 : 0),\(outcome),"
        + Self.json(operation.description) + "," + Self.json(Self.short(operation)) + "]"
    }
    let faults = timeline.faults.map { "[\($0.nanoseconds),\($0.endNanoseconds ?? -1),\(Self.json($0.text))]" }
    return "{\"operations\":[\(operations.joined(separator: ","))],\"faults\":[\(faults.joined(separator: ","))]}"
  }

  private static func short(_ operation: Operation) -> String {
    let value = operation.output ?? operation.input
    return operation.function + (value.map { " \($0)" } ?? "")
  }

  /// A JSON string that is safe inside a script element too.
  private static func json(_ text: String) -> String { Escaping.json(Escaping.plain(text), inScript: true) }
}
