import Consistency
import Presentation

/// A tier's cells as a picture, `cap-<tier>.svg` (on CockroachDB `cap-<tier>-cockroach.svg`): for each side the
/// requests of each second, over the fault, with the moment when service was back, and the numbers that count beside
/// it.
///
/// All cells begin to the same scale at the strike, so that they can be laid beside each other. The picture has its own
/// paper: it is read on light and dark pages alike, also where the page does not tell it which of them it is on.
public struct TierPicture: Sendable {
  public let svg: String

  /// - Parameters:
  ///   - flavour: of the SQL tier, whose cells are drawn; `nil`: of any.
  ///   - cells: those of a ledger.
  /// - Returns: `nil` where no cell of the tier has anything to draw.
  public init?(_ tier: String, flavour: String? = nil, _ cells: [CapCell]) {
    let shown = cells.filter { cell in
      cell.tier == tier && (flavour.map { cell.flavour == $0 } ?? true) && Self.shows(cell)
    }.sorted { Self.order($0) < Self.order($1) }
    let courses = shown.compactMap(\.course)
    guard let first = courses.map(\.firstSecond).min(), let end = courses.map({ $0.firstSecond + $0.seconds }).max()
    else {
      return nil
    }
    let scale = TimeScale(first: first, end: end)
    let title = Self.title(LedgerSection(tier: tier, flavour: flavour).title)
    var canvas = SVGCanvas()
    canvas.text(title, x: Self.margin, y: 30, style: "title")
    Self.legend(&canvas)
    var y = 136.0
    for cell in shown {
      canvas.level("line", y: y, from: Self.margin, to: Self.width - Self.margin)
      y = Self.draw(cell, scale, top: y + 18, on: &canvas)
    }
    svg = canvas.file(
      width: Self.width, height: y + 4, title: title, sheet: Self.sheet, definitions: Self.definitions)
  }

  static func title(_ section: String) -> String { "\(section): what clients met, second by second" }

  /// Whether a cell has what is drawn. Ledgers of before counts by the second were kept have not.
  static func shows(_ cell: CapCell) -> Bool { cell.course?.fits(sides: cell.sides.count) == true }

  /// The plain ones first.
  private static func order(_ cell: CapCell) -> (Int, String, String, String) {
    (cell.variant == "plain" ? 0 : 1, cell.variant, cell.workload.rawValue, cell.fault)
  }

  // MARK: - A cell

  private static let width = 960.0
  private static let margin = 16.0

  /// - Returns: where the next one begins.
  private static func draw(_ cell: CapCell, _ scale: TimeScale, top: Double, on canvas: inout SVGCanvas) -> Double {
    guard let course = cell.course else { return top }
    canvas.text(cell.fault, x: margin, y: top + 9, style: "name")
    canvas.text(cell.variant, x: margin, y: top + 25, style: "soft")
    canvas.text(cell.workload.rawValue, x: margin, y: top + 40, style: "soft")
    let (word, style) = verdict(cell)
    canvas.text(word, x: margin, y: top + 55, style: style)
    canvas.text(remark(cell), x: margin, y: top + 70, style: "soft small")
    let most = course.sides.map(\.most).max() ?? 0
    var y = top
    for (side, counts) in zip(cell.sides, course.sides) {
      let panel = SidePanel(cell: cell, side: side, counts: counts, firstSecond: course.firstSecond, most: most)
      panel.draw(on: &canvas, scale, top: y)
      y += SidePanel.pitch
    }
    for second in scale.ticks {
      let origin = cell.secondsOfFault == nil ? "0 s" : "strike"
      canvas.text(
        second == 0 ? origin : "\(second) s", x: scale.x(Double(second)), y: y - 6, style: "soft small",
        anchor: "middle")
    }
    return y + 8
  }

  private static func verdict(_ cell: CapCell) -> (String, String) {
    if !cell.problems.isEmpty { return ("has a problem", "bad") }
    return ("consistency \(cell.consistency.word)", cell.consistency.tone.rawValue)
  }

  /// What is the whole cell's and not one side's, if there is any.
  private static func remark(_ cell: CapCell) -> String {
    if cell.inventedValues > 0 { return Numbers.counted(cell.inventedValues, "invented value") }
    if cell.linearizable == .violated { return "not linearizable" }
    guard let duplicates = cell.duplicates, let outOfOrder = cell.outOfOrder, duplicates + outOfOrder > 0 else {
      return ""
    }
    return "\(Numbers.counted(duplicates, "duplicate")), \(outOfOrder) out of order"
  }

  // MARK: - The words above

  private static func legend(_ canvas: inout SVGCanvas) {
    var y = 57.0
    for (style, words, x) in [
      ("answered", "answered", 16.0), ("refused", "refused", 112),
      ("unanswered", "unanswered: given up in that second, or open throughout it", 200),
    ] {
      canvas.box(style, x: x, y: y - 10, width: 12, height: 12)
      canvas.text(words, x: x + 18, y: y, style: "soft")
    }
    y += 20
    canvas.box("fault", x: 16, y: y - 10, width: 14, height: 12)
    canvas.box("span", x: 16, y: y - 11, width: 14, height: 3)
    canvas.text("the fault", x: 36, y: y, style: "soft")
    for (style, words, x) in [
      ("back", "service back, for 2 s on end", 115.0), ("promise", "promised by the tier's own settings", 315),
    ] {
      canvas.upright(style, x: x, from: y - 11, to: y + 3)
      canvas.text(words, x: x + 9, y: y, style: "soft")
    }
    canvas.text(
      "A bar is a second. Its height is the number of requests, up to the most in any second of the cell (at the left).",
      x: margin, y: y + 21, style: "soft small")
    canvas.text(
      "The strip below has the same parts over the full width, so that a few requests show as well as many.",
      x: margin, y: y + 36, style: "soft small")
  }

  /// Stripes, so that what hangs differs by more than its colour.
  private static let definitions = """
    <pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
    <rect class="base" width="4" height="4"/><rect class="stripe" width="1.4" height="4"/></pattern>
    """

  private static let sheet = String(decoding: PackageResources.tier_css, as: UTF8.self)
}
