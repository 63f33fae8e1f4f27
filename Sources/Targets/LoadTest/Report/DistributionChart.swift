import Foundation

/// Latency by how rare it is: 90 %, 99 %, 99.9 %, … of the requests were at most so slow.
struct DistributionChart: Sendable {
  let svg: String

  init(_ rows: [LoadReport.Row]) {
    let kinds = rows.filter { $0.name != "all" }
    let largest = kinds.flatMap(\.distribution).map(\.milliseconds).max() ?? 1
    let frame = ChartFrame(top: 20, height: 220, largest: largest)
    // As many nines as the test had requests for.
    let nines = max(1, kinds.map { log10(Double(max($0.count, 1))) }.max() ?? 1)
    let lines = kinds.map { row in
      frame.line(
        row.name.lowercased(),
        row.distribution.map { point in
          (point.share < 1 ? min(-log10(1 - point.share) / nines, 1) : 1, point.milliseconds)
        })
    }
    let marks = ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"].enumerated()
      .filter { Double($0.offset) <= nines }.map { frame.mark($0.element, at: Double($0.offset) / nines) }
    svg = ChartFrame.svg(
      height: 266, label: "Latency distribution of PUT and GET",
      [frame.grid("latency", unit: " ms")] + lines + marks)
  }
}
