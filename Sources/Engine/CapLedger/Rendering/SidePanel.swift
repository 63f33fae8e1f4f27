import Presentation

/// One side of a cell: the bars of its seconds, and its numbers at the right.
struct SidePanel {
  var cell: CapCell
  var side: CapCell.Side
  var counts: CapCell.Course.Side
  var firstSecond: Int
  /// The most requests of a second of any side of the cell: the height of the panel.
  var most: Int

  static let height = 54.0
  private static let gap = 2.0
  private static let strip = 9.0
  /// How far below the panel the next one begins.
  static let pitch = height + gap + strip + 20
  /// What there is of a second is seen, however little.
  private static let leastHeight = 1.5

  func draw(on canvas: inout SVGCanvas, _ scale: TimeScale, top: Double) {
    let bottom = top + Self.height + Self.gap + Self.strip
    let from = scale.x(Double(firstSecond))
    let to = scale.x(Double(firstSecond + counts.answered.count))
    canvas.box("field", x: from, y: top, width: to - from, height: Self.height)
    if let fault = cell.secondsOfFault {
      let struck = scale.x(0)
      canvas.box("fault", x: struck, y: top - 5, width: scale.x(fault) - struck, height: bottom - top + 7)
      canvas.box("span", x: struck, y: top - 6, width: scale.x(fault) - struck, height: 3)
    }
    let shapes = shapes(scale, top: top)
    canvas.boxes("answered", shapes.answered)
    canvas.boxes("refused", shapes.refused)
    canvas.boxes("unanswered", shapes.unanswered)
    if let promised = cell.promise(to: side), promised < Double(scale.end) {
      canvas.upright("promise", x: scale.x(promised), from: top - 6, to: bottom + 3)
    }
    if let recovery = side.recovery, recovery > 0 {
      canvas.upright("back", x: scale.x(recovery), from: top - 6, to: bottom + 3)
    }
    canvas.text("\(most)", x: TimeScale.left - 6, y: top + 9, style: "soft small", anchor: "end")
    let x = TimeScale.left + TimeScale.width + 16
    for (index, (words, style)) in numbers.enumerated() {
      canvas.text(words, x: x, y: top + 9 + Double(index) * 15, style: style)
    }
  }

  // MARK: - The bars

  /// The boxes of each colour, to be painted in this order: one lies on the other, so that a part that is hardly there
  /// is seen and no bar grows by it.
  func shapes(_ scale: TimeScale, top: Double) -> (
    answered: [SVGCanvas.Box], refused: [SVGCanvas.Box], unanswered: [SVGCanvas.Box]
  ) {
    var answered: [SVGCanvas.Box] = []
    var refused = answered
    var unanswered = answered
    let width = max(scale.second - 1, 0.6)
    for index in counts.answered.indices {
      let all = counts.total(index)
      guard all > 0 else { continue }
      let x = scale.x(Double(firstSecond + index)) + 0.5
      func bar(_ count: Int) -> SVGCanvas.Box {
        func height(_ count: Int) -> Double {
          max(Double(count) / Double(max(most, 1)) * Self.height, Self.leastHeight)
        }
        return SVGCanvas.Box(x: x, y: top + Self.height - height(all), width: width, height: height(count))
      }
      var done = 0
      func part(_ count: Int) -> SVGCanvas.Box {
        defer { done += count }
        return SVGCanvas.Box(
          x: x + Double(done) / Double(all) * width, y: top + Self.height + Self.gap,
          width: Double(count) / Double(all) * width, height: Self.strip)
      }
      let (ok, no, none) = (counts.answered[index], counts.refused[index], counts.unanswered[index])
      if ok > 0 { answered += [bar(all), part(ok)] }
      if no > 0 { refused += [bar(no + none), part(no)] }
      if none > 0 { unanswered += [bar(none), part(none)] }
    }
    return (answered, refused, unanswered)
  }

  // MARK: - The numbers

  /// The lines beside the bars, with their styles.
  var numbers: [(String, String)] {
    var lines = [(CellBlocks.who(side), "name")]
    lines.append(
      (side.answeredShare.map { "answered \(Numbers.percent($0)) of the fault" } ?? "no calls during the fault", ""))
    if cell.workload == .bank {
      lines.append(("\(side.wrongSums) of \(Numbers.counted(side.sums, "sum")) wrong", side.wrongSums > 0 ? "bad" : ""))
    } else {
      lines.append(("lost \(side.lostWrites) of \(side.examinedWrites)", side.lostWrites > 0 ? "bad" : ""))
    }
    if cell.workload == .register || cell.workload == .set, side.reads > 0 {
      lines.append(("stale \(CellBlocks.stale(side, cell.workload))", side.staleReads > 0 ? "bad" : ""))
    }
    lines.append(recovery)
    return lines
  }

  private var recovery: (String, String) {
    let isOver = cell.isOverPromise(side)
    let style = isOver ? "bad" : ""
    let promised = isOver ? cell.promise(to: side).map { ", promised \(Numbers.seconds($0))" } ?? "" : ""
    switch side.recovery {
    case nil: return ("not seen back\(promised)", style)
    case 0?: return ("served throughout", style)
    case let recovery?: return ("back after \(Numbers.seconds(recovery))\(promised)", style)
    }
  }
}

extension CapCell.Course.Side {
  func total(_ second: Int) -> Int { answered[second] + refused[second] + unanswered[second] }

  /// The most requests of a second.
  var most: Int { answered.indices.map(total).max() ?? 0 }
}
