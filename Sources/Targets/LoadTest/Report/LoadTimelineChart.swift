/// Requests a second by kind above, latency below.
struct LoadTimelineChart: Sendable {
  let svg: String

  init(_ timeline: [LoadRecorder.Second]) {
    let count = Double(max(timeline.count, 1))
    let rates = ChartFrame(
      top: 20, height: 170, largest: Double(timeline.map { $0.puts + $0.gets }.max() ?? 1))
    let latencies = ChartFrame(
      top: 232, height: 150, largest: timeline.flatMap { [$0.putP99, $0.getP99] }.compactMap(\.self).max() ?? 1)
    func points(_ value: (LoadRecorder.Second) -> Double?) -> [(Double, Double)] {
      timeline.compactMap { second in value(second).map { ((Double(second.second) + 0.5) / count, $0) } }
    }
    let step = [1.0, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600].first { count / $0 <= 12 } ?? 7_200
    let marks = stride(from: 0, through: count, by: step).map {
      latencies.mark("\(Figures.decimal($0)) s", at: $0 / count)
    }
    svg = ChartFrame.svg(
      height: 408, label: "Requests a second and latency over time",
      [rates.grid("requests a second", unit: "")] + timeline.map { Self.bar($0, rates, count) }
        + [
          latencies.grid("latency", unit: " ms"), latencies.line("put", points(\.putP99)),
          latencies.line("get", points(\.getP99)), latencies.line("put thin", points(\.putP50)),
          latencies.line("get thin", points(\.getP50)),
        ] + marks)
  }

  private static func bar(_ second: LoadRecorder.Second, _ frame: ChartFrame, _ count: Double) -> String {
    let width = max(ChartFrame.plotWidth / count - 1, 0.6)
    let x = ChartFrame.text(ChartFrame.x(Double(second.second) / count))
    let errors = second.failed + second.unknown
    let title =
      "<title>second \(second.second): \(second.puts) PUT, \(second.gets) GET, of them \(second.failed) failed and \(second.unknown) unknown</title>"
    func part(_ style: String, from low: Int, to high: Int) -> String {
      guard high > low else { return "" }
      let top = frame.y(Double(high))
      return """
        <rect class="\(style)" x="\(x)" y="\(ChartFrame.text(top))" width="\(ChartFrame.text(width))" \
        height="\(ChartFrame.text(frame.y(Double(low)) - top))">\(title)</rect>
        """
    }
    return part("put", from: 0, to: second.puts) + part("get", from: second.puts, to: second.puts + second.gets)
      + part("fail", from: 0, to: errors)
  }
}
