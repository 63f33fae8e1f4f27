import Escaping

/// A field of a chart with a grid and a vertical scale from 0.
struct ChartFrame: Sendable {
  static let width = 1_000.0
  static let left = 66.0
  static let right = 14.0
  static var plotWidth: Double { width - left - right }

  var top: Double
  var height: Double
  var maximum: Double

  /// The scale ends at the next of 1, 2, 5, 10, 20, … that is not below `largest`.
  init(top: Double, height: Double, largest: Double) {
    self.top = top
    self.height = height
    var step = 0.1
    while step * 5 < largest { step *= 10 }
    maximum = [step, step * 2, step * 5].first { $0 >= largest } ?? step * 10
  }

  /// - Parameter share: 0 at the left edge, 1 at the right one.
  static func x(_ share: Double) -> Double { left + min(max(share, 0), 1) * plotWidth }

  func y(_ value: Double) -> Double { top + height * (1 - min(value / maximum, 1)) }

  /// The grid with its numbers, and a name above.
  func grid(_ name: String, unit: String) -> String {
    let lines = [0.0, 0.25, 0.5, 0.75, 1.0].map { share in
      let line = Self.text(y(maximum * share))
      return """
        <line class="grid" x1="\(Self.text(Self.left))" x2="\(Self.text(Self.width - Self.right))" y1="\(line)" y2="\(line)"/>\
        <text text-anchor="end" x="\(Self.text(Self.left - 6))" y="\(Self.text(y(maximum * share) + 4))">\
        \(Figures.decimal(maximum * share, places: 2))\(unit)</text>
        """
    }
    let title = "<text x=\"\(Self.text(Self.left))\" y=\"\(Self.text(top - 7))\">\(Escaping.markup(name))</text>"
    return (lines + [title]).joined(separator: "\n")
  }

  /// A mark on the horizontal axis.
  func mark(_ text: String, at share: Double) -> String {
    """
    <text text-anchor="middle" x="\(Self.text(Self.x(share)))" y="\(Self.text(top + height + 16))">\(Escaping.markup(text))</text>
    """
  }

  /// A line through points: the share of the width, and the value.
  func line(_ style: String, _ points: [(Double, Double)]) -> String {
    let places = points.map { "\(Self.text(Self.x($0.0))),\(Self.text(y($0.1)))" }.joined(separator: " ")
    return points.isEmpty ? "" : "<polyline class=\"\(style)\" points=\"\(places)\"/>"
  }

  /// A number as SVG has it, to a tenth.
  static func text(_ value: Double) -> String {
    Figures.column(value, places: 1).filter { $0 != "," }
  }

  static func svg(height: Double, label: String, _ parts: [String]) -> String {
    ([
      "<svg viewBox=\"0 0 \(text(width)) \(text(height))\" role=\"img\" aria-label=\"\(Escaping.markup(label))\">"
    ] + parts.filter { !$0.isEmpty } + ["</svg>"]).joined(separator: "\n")
  }
}
