import Foundation
import Presentation

/// The charts of a load test.
enum LoadCharts {
  private static let puts = Figure.Key("ok", "PUT")
  private static let gets = Figure.Key("second", "GET")

  /// Requests per second by kind above, latency below.
  static func timeline(_ timeline: [LoadRecorder.Second]) -> Figure {
    let count = max(timeline.count, 1)
    let rates = Plot(top: 20, height: 170, largest: Double(timeline.map { $0.puts + $0.gets }.max() ?? 1))
    let latencies = Plot(
      top: 232, height: 150, largest: timeline.flatMap { [$0.putP99, $0.getP99] }.compactMap(\.self).max() ?? 1,
      least: 0.1)
    var canvas = SVGCanvas()
    rates.drawGrid("requests a second", on: &canvas)
    for second in timeline {
      let tip = """
        second \(second.second): \(second.puts) PUT, \(second.gets) GET, of them \(second.failed) failed and \
        \(second.unknown) unknown
        """
      for parts in [[("ok", second.puts), ("second", second.gets)], [("fail", second.failed + second.unknown)]] {
        rates.drawBar(second: second.second, of: count, parts, tip: tip, on: &canvas)
      }
    }
    latencies.drawGrid("latency", unit: " ms", on: &canvas)
    func draw(_ style: String, _ value: (LoadRecorder.Second) -> Double?) {
      let points = timeline.compactMap { second in
        value(second).map { ((Double(second.second) + 0.5) / Double(count), $0) }
      }
      latencies.drawLine(style, points, on: &canvas)
    }
    draw("", \.putP99)
    draw("second", \.getP99)
    draw("thin", \.putP50)
    draw("second thin", \.getP50)
    latencies.drawSeconds(upTo: count, on: &canvas)
    let title = "Requests a second and latency over time"
    return Figure(
      title, .markup(canvas.embedded(width: Plot.width, height: 408, title: title)),
      legend: [puts, gets, .init("fail", "failed or unknown, among them")],
      note: "Below: p99 (bold) and p50 of each.")
  }

  private static let shares = ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"]

  /// Latency by percentile: 90 %, 99 %, 99.9 %, … of the requests took at most that long.
  static func distribution(_ rows: [LoadReport.Row]) -> Figure {
    let kinds = rows.filter { $0.name != "all" }
    let plot = Plot(
      top: 20, height: 220, largest: kinds.flatMap(\.distribution).map(\.milliseconds).max() ?? 1, least: 0.1)
    // As many nines as the test had requests for.
    let nines = max(1, kinds.map { log10(Double(max($0.count, 1))) }.max() ?? 1)
    var canvas = SVGCanvas()
    plot.drawGrid("latency", unit: " ms", on: &canvas)
    for row in kinds {
      let points = row.distribution.map { point in
        (point.share < 1 ? min(-log10(1 - point.share) / nines, 1) : 1, point.milliseconds)
      }
      plot.drawLine(row.name == "GET" ? "second" : "", points, on: &canvas)
    }
    for (index, share) in shares.enumerated() where Double(index) <= nines {
      plot.drawMark(share, at: Double(index) / nines, on: &canvas)
    }
    let title = "Latency distribution of PUT and GET"
    return Figure(
      title, .markup(canvas.embedded(width: Plot.width, height: 266, title: title)), legend: [puts, gets],
      note: "Each step to the right is ten times rarer.")
  }
}
