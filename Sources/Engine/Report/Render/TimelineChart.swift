import Presentation

/// The picture of a run: operations a second by outcome above, latency below, over the faults and phases.
struct TimelineChart {
  let report: RunReport
  let timeline: Timeline

  private static let phaseHeight = 22.0
  /// A narrower phase has no room for its name.
  private static let leastNamedWidth = 46.0

  private var seconds: Int { max(timeline.bins.count, 1) }

  private func x(_ second: Double) -> Double { Plot.x(second / Double(seconds)) }

  var figure: Figure {
    let bins = timeline.bins
    let rates = Plot(
      top: Self.phaseHeight + 18, height: 170, largest: bins.map { Double($0.ok + $0.fail + $0.unknown) }.max() ?? 1)
    let latencies = Plot(
      top: rates.bottom + 26, height: 110, largest: bins.compactMap(\.latencyP99Milliseconds).max() ?? 1)
    var canvas = SVGCanvas()
    drawPhases(on: &canvas)
    drawFaults(from: rates.top, to: latencies.bottom, on: &canvas)
    rates.drawGrid("operations a second", on: &canvas)
    for bin in bins {
      rates.drawBar(
        second: bin.second, of: seconds, [("ok", bin.ok), ("fail", bin.fail), ("unknown", bin.unknown)],
        tip: "second \(bin.second): \(bin.ok) ok, \(bin.fail) failed, \(bin.unknown) unknown", on: &canvas)
    }
    latencies.drawGrid("latency, p50 and p99", unit: " ms", on: &canvas)
    latencies.drawLine("faint", points(\.latencyP99Milliseconds), on: &canvas)
    latencies.drawLine("", points(\.latencyP50Milliseconds), on: &canvas)
    latencies.drawSeconds(upTo: seconds, on: &canvas)
    let title = "Operations a second and latency over time, with the faults"
    return Figure(
      title, .markup(canvas.embedded(width: Plot.width, height: latencies.bottom + 24, title: title)),
      legend: [
        .init("ok", "ok"), .init("fail", "failed (certainly not done)"), .init("unknown", "outcome unknown"),
        .init("fault", "fault"), .init("recovered", "service back"),
      ])
  }

  private func points(_ value: (Timeline.Bin) -> Double?) -> [(Double, Double)] {
    timeline.bins.compactMap { bin in
      value(bin).map { ((Double(bin.second) + 0.5) / Double(seconds), $0) }
    }
  }

  private func drawPhases(on canvas: inout SVGCanvas) {
    for phase in report.phases where phase.start < Double(seconds) {
      let (from, to) = (x(phase.start), x(phase.end))
      canvas.box("phase", x: from, y: 0, width: to - from - 1, height: Self.phaseHeight - 4)
      if to - from > Self.leastNamedWidth { canvas.text(phase.name, x: from + 4, y: 13, style: "small") }
    }
  }

  private func drawFaults(from top: Double, to bottom: Double, on canvas: inout SVGCanvas) {
    for fault in report.faults {
      guard let struck = fault.struckAt else { continue }
      let (from, to) = (x(struck), x(fault.healOrderedAt ?? Double(seconds)))
      let words = "\(fault.label): \(fault.targets.map(\.node).joined(separator: ", "))"
      canvas.box("fault", x: from, y: top, width: max(to - from, 1), height: bottom - top, tip: words)
      canvas.text(words, x: from + 4, y: top + 12, style: "fault-name")
      if let recovery = fault.recovery, recovery > 0 {
        canvas.upright(
          "recovered", x: x(struck + recovery), from: top, to: bottom,
          tip: "service back after \(Numbers.seconds(recovery))")
      }
    }
  }
}
