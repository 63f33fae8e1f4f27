import Escaping
import Report

/// What a drawing is made of, as SVG writes it. Colours and fonts are the style sheet's.
struct SVGCanvas {
  struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  private var parts: [String] = []

  mutating func text(_ text: String, x: Double, y: Double, style: String = "", anchor: String? = nil) {
    guard !text.isEmpty else { return }
    let place = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
    let words = Escaping.markup(text)
    parts.append("<text\(Self.style(style))\(place) x=\"\(Self.f(x))\" y=\"\(Self.f(y))\">\(words)</text>")
  }

  mutating func box(_ style: String, x: Double, y: Double, width: Double, height: Double) {
    parts.append(
      "<rect\(Self.style(style)) x=\"\(Self.f(x))\" y=\"\(Self.f(y))\" width=\"\(Self.f(max(width, 0)))\" height=\"\(Self.f(height))\"/>"
    )
  }

  /// Boxes of one colour, as one shape: a run has hundreds.
  mutating func boxes(_ style: String, _ boxes: [Box]) {
    guard !boxes.isEmpty else { return }
    let path = boxes.map { box in
      let width = Self.f(box.width)
      return "M\(Self.f(box.x)) \(Self.f(box.y))h\(width)v\(Self.f(box.height))h-\(width)z"
    }
    parts.append("<path\(Self.style(style)) d=\"\(path.joined())\"/>")
  }

  mutating func upright(_ style: String, x: Double, from top: Double, to bottom: Double) {
    let place = Self.f(x)
    parts.append(
      "<line\(Self.style(style)) x1=\"\(place)\" x2=\"\(place)\" y1=\"\(Self.f(top))\" y2=\"\(Self.f(bottom))\"/>")
  }

  mutating func level(_ style: String, y: Double, from left: Double, to right: Double) {
    let place = Self.f(y)
    parts.append(
      "<line\(Self.style(style)) x1=\"\(Self.f(left))\" x2=\"\(Self.f(right))\" y1=\"\(place)\" y2=\"\(place)\"/>")
  }

  /// The whole file: nothing to load, no script.
  ///
  /// - Parameter definitions: what the style sheet refers to.
  func svg(width: Double, height: Double, title: String, sheet: String, definitions: String) -> String {
    let size = "width=\"\(Self.f(width))\" height=\"\(Self.f(height))\""
    let title = Escaping.markup(title)
    let head = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.f(width)) \(Self.f(height))" \(size) role="img" \
      aria-label="\(title)">
      <title>\(title)</title>
      <style>
      \(sheet)
      </style>
      <defs>\(definitions)</defs>
      <rect class="paper" \(size) rx="8"/>
      """
    return ([head] + parts + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func style(_ name: String) -> String { name.isEmpty ? "" : " class=\"\(name)\"" }

  /// A tenth of a unit is finer than a screen shows.
  static func f(_ value: Double) -> String { number(value, decimals: 1) }
}
