import Escaping

/// `report.html`: one self-contained file, without scripts and without anything to load.
public struct LoadPage: Sendable {
  public let text: String

  public init(_ report: LoadReport) {
    let title = "Load: \(report.test.summary)"
    let errors = report.errors.map { [$0.error, Figures.count($0.count)] }
    let body = [
      """
      <header><h1>\(Escaping.markup(title))</h1>
      <p><code>\(Escaping.markup(report.test.command))</code> at \(Escaping.markup(report.test.startedAt)):
      ack=\(report.test.acknowledgement), read=\(report.test.read), \(Figures.count(report.test.keys)) keys,
      values of \(Figures.count(report.test.valueBytes)) bytes</p>\(
        report.test.isInterrupted ? "\n<p><strong>\(LoadText.interruption)</strong></p>" : "")</header>
      """,
      Self.tiles(report),
      Self.table(nil, LoadText.latencyHeader, report.rows.map(LoadText.latencyCells)),
      errors.isEmpty ? "" : Self.table("Errors", ["error", "count"], errors),
      "<ul>" + LoadText.sentenceList(report).map { "<li>\(Escaping.markup($0))</li>" }.joined() + "</ul>",
      "<section><h2>Over time</h2>\n\(LoadTimelineChart(report.timeline).svg)\n\(Self.timelineLegend)</section>",
      "<section><h2>Latency distribution</h2>\n\(DistributionChart(report.rows).svg)\n\(Self.distributionLegend)</section>",
      Self.table("Processor time", LoadText.processorHeader, report.processors.map(LoadText.processorCells)),
      report.baselines.isEmpty
        ? "" : Self.table("For scale", LoadText.baselineHeader, report.baselines.map(LoadText.baselineCells)),
      report.notes.isEmpty ? "" : "<ul>" + report.notes.map { "<li>\(Escaping.markup($0))</li>" }.joined() + "</ul>",
    ]
    text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Escaping.markup(title))</title>
      <style>
      \(Self.sheet)
      </style></head><body>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </body></html>

      """
  }

  private static func tiles(_ report: LoadReport) -> String {
    func tile(_ name: String, _ value: String) -> String {
      "<div><b>\(Escaping.markup(value))</b><span>\(Escaping.markup(name))</span></div>"
    }
    let rate = report.rows.last.map { Figures.decimal($0.perSecond, places: 0) } ?? "-"
    var tiles = [tile("requests a second", rate), tile("errors", Figures.count(report.errorCount))]
    for row in report.rows where row.name != "all" {
      tiles.append(tile("\(row.name) mean", "\(Figures.milliseconds(row.mean)) ms"))
      tiles.append(tile("\(row.name) p99", "\(Figures.milliseconds(row.p99)) ms"))
    }
    if let delay = report.persistence {
      tiles.append(tile("end to end p99", delay.p99.map { "\(Figures.milliseconds($0)) ms" } ?? "not measured"))
    }
    return "<div class=\"tiles\">\(tiles.joined())</div>"
  }

  private static func table(_ title: String?, _ header: [String], _ rows: [[String]]) -> String {
    let head = header.map { "<th>\(Escaping.markup($0))</th>" }.joined()
    let lines = rows.map { "<tr>" + $0.map { "<td>\(Escaping.markup($0))</td>" }.joined() + "</tr>" }
    return """
      <section>\(title.map { "<h2>\(Escaping.markup($0))</h2>" } ?? "")<div class="scroll"><table><thead><tr>\(head)</tr></thead><tbody>
      \(lines.joined(separator: "\n"))
      </tbody></table></div></section>
      """
  }

  private static let timelineLegend = """
    <p class="legend"><span class="key put"></span>PUT <span class="key get"></span>GET <span class="key fail"></span>failed or
    unknown, among them; below: p99 (bold) and p50 of each</p>
    """

  private static let distributionLegend = """
    <p class="legend"><span class="key put"></span>PUT <span class="key get"></span>GET; every step to the right is ten times
    rarer</p>
    """

  private static let sheet = """
    :root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7c; --line: #dde3ea; --paper: #ffffff; --card: #f5f7fa;
      --put: #3f8fd2; --get: #3aa776; --fail: #c62f2f; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9aa7b6; --line: #2e3947; --paper: #12171e;
      --card: #1b222c; } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px;
      margin: 2rem auto; padding: 0 1rem; }
    h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: .6rem; margin: 1.2rem 0; }
    .tiles div { background: var(--card); border-radius: 6px; padding: .6rem .8rem; }
    .tiles b { display: block; font-size: 1.35rem; } .tiles span { color: var(--soft); font-size: .85rem; }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    th { color: var(--soft); font-weight: 600; }
    th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
    th:first-child, td:first-child { text-align: left; white-space: normal; }
    .legend { color: var(--soft); font-size: .85rem; } code { background: var(--card); padding: .1rem .3rem; }
    svg { width: 100%; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
    svg .grid { stroke: var(--line); } svg rect.put { fill: var(--put); } svg rect.get { fill: var(--get); }
    svg rect.fail { fill: var(--fail); } svg polyline { fill: none; stroke-width: 2; }
    svg polyline.put { stroke: var(--put); } svg polyline.get { stroke: var(--get); } svg polyline.thin { stroke-width: 1; }
    .key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; border-radius: 2px; }
    .key.put { background: var(--put); } .key.get { background: var(--get); } .key.fail { background: var(--fail); }
    """
}
