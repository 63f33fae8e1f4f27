/// Where a scale ends, and which of its places get a word.
public enum Axis {
  /// The next of 1, 2, 5, 10, 20, … that is not below a value.
  ///
  /// - Parameter least: a power of ten: the smallest end of a scale.
  public static func end(_ value: Double, least: Double = 1) -> Double {
    var step = least
    while step * 5 < value { step *= 10 }
    return [step, step * 2, step * 5].first { $0 >= value } ?? step * 10
  }

  /// The step of marks on an axis of seconds, as clocks have it: 1, 2, 5, 10, 20, 30 s, 1, 2, 5, 10, 30 minutes, hours.
  public static func step(ofSeconds seconds: Int, marks: Int = 12) -> Int {
    [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600].first { seconds / $0 <= marks } ?? 7_200
  }
}

/// A field of a chart as wide as the page: a grid with a vertical scale that begins at 0, and a horizontal one from 0
/// to 1.
public struct Plot: Sendable {
  public static let width = 1_000.0
  private static let left = 66.0
  private static let right = 14.0
  private static var inside: Double { width - left - right }

  public let top: Double
  public let height: Double
  /// The end of the vertical scale.
  public let maximum: Double

  /// - Parameters:
  ///   - largest: the scale holds it.
  ///   - least: as `Axis.end` has it.
  public init(top: Double, height: Double, largest: Double, least: Double = 1) {
    self.top = top
    self.height = height
    maximum = Axis.end(largest, least: least)
  }

  public var bottom: Double { top + height }

  /// - Parameter share: 0 at the left edge, 1 at the right one; what is outside is drawn at the edge.
  public static func x(_ share: Double) -> Double { left + min(max(share, 0), 1) * inside }

  public func y(_ value: Double) -> Double { top + height * (1 - min(value / maximum, 1)) }

  /// The grid with its numbers, and a name above.
  public func drawGrid(_ name: String, unit: String = "", on canvas: inout SVGCanvas) {
    for value in [0, 0.25, 0.5, 0.75, 1].map({ $0 * maximum }) {
      canvas.level("grid", y: y(value), from: Self.left, to: Self.width - Self.right)
      canvas.text(
        Numbers.grouped(value, decimals: 2) + unit, x: Self.left - 6, y: y(value) + 4, style: "small", anchor: "end")
    }
    canvas.text(name, x: Self.left, y: top - 7, style: "small")
  }

  /// A word below a place of the horizontal scale.
  public func drawMark(_ text: String, at share: Double, on canvas: inout SVGCanvas) {
    canvas.text(text, x: Self.x(share), y: bottom + 16, style: "small", anchor: "middle")
  }

  /// The horizontal scale as seconds from 0.
  public func drawSeconds(upTo end: Int, on canvas: inout SVGCanvas) {
    for second in stride(from: 0, through: end, by: Axis.step(ofSeconds: end)) {
      drawMark("\(Numbers.count(second)) s", at: Double(second) / Double(max(end, 1)), on: &canvas)
    }
  }

  /// The bar of one second, its parts one upon the other.
  ///
  /// - Parameter parts: the style and the size of each.
  public func drawBar(
    second: Int, of seconds: Int, _ parts: [(String, Int)], tip: String, on canvas: inout SVGCanvas
  ) {
    let width = max(Self.inside / Double(seconds) - 1, 0.6)
    var below = 0
    for (style, count) in parts where count > 0 {
      let from = y(Double(below + count))
      canvas.box(
        style, x: Self.x(Double(second) / Double(seconds)), y: from, width: width, height: y(Double(below)) - from,
        tip: tip)
      below += count
    }
  }

  /// A line through points: a share of the width, and the value there.
  public func drawLine(_ style: String, _ points: [(Double, Double)], on canvas: inout SVGCanvas) {
    canvas.polyline(style, points.map { (Self.x($0.0), y($0.1)) })
  }
}
