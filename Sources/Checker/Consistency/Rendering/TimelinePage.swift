import Escaping

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
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(Self.escape(name)): consistency</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <style>\(TimelineScript.style)</style></head><body>
    <h1><span class="verdict \(ReportText.word(report.verdict))">\(ReportText.word(report.verdict))</span> \
    \(Self.escape(name))</h1>
    <p>\(report.operations) operations, \(report.unknowns) of unknown outcome, \(report.failures) failed, on \
    \(report.keys.count == 1 ? "1 key" : "\(report.keys.count) keys")\(report.model.map { "; model \($0.rawValue)" } ?? "").</p>
    \(report.notes.map { "<p class=\"note\">\(Self.escape($0))</p>" }.joined())
    \(coreTable)
    <h2>\(timeline.key.map { "Key \(Self.escape($0))" } ?? "The history's object"): \(timeline.operations.count) \
    operations</h2>
    <p><button data-key="c">Core</button> <button data-key="0">All</button> <button data-key="+">+</button> \
    <button data-key="-">−</button> <span class="hint">Wheel: zoom. Drag: move. Keys: c, 0, +, −, arrows. Red: the \
    core. Grey: outcome unknown, it may take effect at any time on. Pale: certainly not done. Bands: faults.</span></p>
    <p id="detail" aria-live="polite">&nbsp;</p>
    <canvas id="picture" tabindex="0" aria-label="Operations over time"></canvas>
    \(checkTable)
    <script>const data=\(data);\(TimelineScript.code)</script>
    </body></html>

    """
  }

  private var coreTable: String {
    let operations = timeline.operations.filter { timeline.core.contains($0.index) }
    guard !operations.isEmpty else { return "" }
    let message = report.keys.first { $0.verdict == .violated }?.message
    let drawing = CoreDrawing(operations).lines.map(Self.escape).joined(separator: "\n")
    return "<h2>The core: \(Self.escape(message ?? "the operations of the first violation"))</h2><pre>\(drawing)</pre>"
  }

  private var checkTable: String {
    let rows = report.checks.map {
      """
      <tr><td>\($0.check.rawValue)</td><td class="verdict \(ReportText.word($0.verdict))">\
      \(ReportText.word($0.verdict))</td><td>\($0.violations)</td><td>\($0.examined)</td><td>\($0.allowed)</td>\
      <td>\(Self.escape($0.check.question)) \(Self.escape($0.note ?? ""))</td></tr>
      """
    }
    return """
      <h2>Checks</h2><table><thead><tr><th>check</th><th>verdict</th><th>violations</th><th>examined</th>\
      <th>allowed</th><th></th></tr></thead><tbody>\(rows.joined())</tbody></table>
      """
  }

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

  /// Text as HTML, with control characters shown as text.
  static func escape(_ text: String) -> String { Escaping.markup(Escaping.plain(text)) }

  /// A JSON string that is safe inside a script element too.
  static func json(_ text: String) -> String { Escaping.json(Escaping.plain(text), inScript: true) }
}
