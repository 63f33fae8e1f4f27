import Escaping

/// The picture of a run: operations a second by outcome above, latency below, over the faults and phases. Plain SVG,
/// without scripts; colours come from the page's style sheet.
struct TimelineChart {
  let report: RunReport
  let timeline: Timeline

  private static let width = 1_000.0
  private static let left = 66.0
  private static let right = 12.0
  private static let phaseHeight = 22.0
  private static let rateHeight = 170.0
  private static let latencyHeight = 110.0
  private static let gap = 26.0

  private var seconds: Double { max(Double(timeline.bins.count), 1) }
  private var plotWidth: Double { Self.width - Self.left - Self.right }
  private var rateTop: Double { Self.phaseHeight + 18 }
  private var latencyTop: Double { rateTop + Self.rateHeight + Self.gap }
  private var bottom: Double { latencyTop + Self.latencyHeight }

  private func x(_ second: Double) -> Double { Self.left + min(max(second, 0), seconds) / seconds * plotWidth }

  var svg: String {
    let height = bottom + 24
    let parts = [
      "<svg viewBox=\"0 0 \(f(Self.width)) \(f(height))\" role=\"img\" aria-label=\"Operations a second and latency over time, "
        + "with the faults\">",
      phases(), faults(), rateAxis(), bars(), latencyAxis(), latencyLines(), timeAxis(), "</svg>",
    ]
    return parts.joined(separator: "\n")
  }

  private func phases() -> String {
    report.phases.filter { $0.start < seconds }.map { phase in
      let from = x(phase.start)
      let to = x(phase.end)
      let name = to - from > 46 ? phase.name : ""
      return """
        <rect class="phase" x="\(f(from))" y="0" width="\(f(max(to - from - 1, 0)))" height="\(f(Self.phaseHeight - 4))"/>\
        <text class="small" x="\(f(from + 4))" y="13">\(Escaping.markup(name))</text>
        """
    }.joined(separator: "\n")
  }

  private func faults() -> String {
    report.faults.compactMap { fault -> String? in
      guard let struck = fault.struckAt else { return nil }
      let from = x(struck)
      let to = x(fault.healOrderedAt ?? seconds)
      let who = fault.targets.map(\.node).joined(separator: ", ")
      var marks = """
        <rect class="fault" x="\(f(from))" y="\(f(rateTop))" width="\(f(max(to - from, 1)))" height="\(f(bottom - rateTop))">\
        <title>\(Escaping.markup("\(fault.label): \(who)"))</title></rect>\
        <text class="fault-name" x="\(f(from + 4))" y="\(f(rateTop + 12))">\(Escaping.markup("\(fault.label): \(who)"))</text>
        """
      if let recovery = fault.recovery, recovery > 0 {
        let line = x(struck + recovery)
        marks += """
          <line class="recovered" x1="\(f(line))" x2="\(f(line))" y1="\(f(rateTop))" y2="\(f(bottom))">\
          <title>service back after \(number(recovery, decimals: 1)) s</title></line>
          """
      }
      return marks
    }.joined(separator: "\n")
  }

  private var rateTopValue: Double {
    niceCeiling(timeline.bins.map { Double($0.ok + $0.fail + $0.unknown) }.max() ?? 1)
  }

  private func rateAxis() -> String {
    grid(top: rateTop, height: Self.rateHeight, maximum: rateTopValue, label: "operations a second", unit: "")
  }

  private func bars() -> String {
    let barWidth = max(plotWidth / seconds - 1, 0.6)
    return timeline.bins.map { bin in
      var base = rateTop + Self.rateHeight
      return [("ok", bin.ok), ("fail", bin.fail), ("unknown", bin.unknown)].map { name, count -> String in
        guard count > 0 else { return "" }
        let height = Double(count) / rateTopValue * Self.rateHeight
        base -= height
        return """
          <rect class="\(name)" x="\(f(x(Double(bin.second))))" y="\(f(base))" width="\(f(barWidth))" height="\(f(height))">\
          <title>second \(bin.second): \(bin.ok) ok, \(bin.fail) failed, \(bin.unknown) unknown</title></rect>
          """
      }.joined()
    }.joined(separator: "\n")
  }

  private var latencyTopValue: Double {
    niceCeiling(timeline.bins.compactMap(\.latencyP99Milliseconds).max() ?? 1)
  }

  private func latencyAxis() -> String {
    grid(
      top: latencyTop, height: Self.latencyHeight, maximum: latencyTopValue, label: "latency, p50 and p99", unit: " ms")
  }

  private func latencyLines() -> String {
    func line(_ name: String, _ value: (Timeline.Bin) -> Double?) -> String {
      let points = timeline.bins.compactMap { bin in
        value(bin).map { value in
          let y = latencyTop + Self.latencyHeight * (1 - value / latencyTopValue)
          return "\(f(x(Double(bin.second) + 0.5))),\(f(y))"
        }
      }
      return "<polyline class=\"\(name)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    return line("p99", \.latencyP99Milliseconds) + "\n" + line("p50", \.latencyP50Milliseconds)
  }

  private func timeAxis() -> String {
    let step = [1.0, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600].first { seconds / $0 <= 12 } ?? 7_200
    return stride(from: 0, through: seconds, by: step).map { second in
      """
      <text class="small" text-anchor="middle" x="\(f(x(second)))" y="\(f(bottom + 16))">\(number(second)) s</text>
      """
    }.joined(separator: "\n")
  }

  private func grid(top: Double, height: Double, maximum: Double, label: String, unit: String) -> String {
    let lines = [0.0, 0.5, 1.0].map { share in
      let y = top + height * (1 - share)
      return """
        <line class="grid" x1="\(f(Self.left))" x2="\(f(Self.width - Self.right))" y1="\(f(y))" y2="\(f(y))"/>\
        <text class="small" text-anchor="end" x="\(f(Self.left - 6))" y="\(f(y + 4))">\(number(maximum * share, decimals: 1))\(unit)</text>
        """
    }
    let name = "<text class=\"small\" x=\"\(f(Self.left))\" y=\"\(f(top - 6))\">\(label)</text>"
    return (lines + [name]).joined(separator: "\n")
  }

  /// The next of 1, 2, 5, 10, 20, … that is not below.
  private func niceCeiling(_ value: Double) -> Double {
    var step = 1.0
    while step * 5 < value { step *= 10 }
    return [step, step * 2, step * 5].first { $0 >= value } ?? step * 10
  }

  private func f(_ value: Double) -> String { number(value, decimals: 1) }
}
