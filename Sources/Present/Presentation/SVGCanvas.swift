import Escaping

/// What a drawing is made of, as SVG writes it. Colours and fonts are the style sheet's.
public struct SVGCanvas: Sendable {
  /// A rectangle.
  public struct Box: Sendable, Hashable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }
  }

  private var parts: [String] = []

  public init() {}

  public mutating func text(_ text: String, x: Double, y: Double, style: String = "", anchor: String? = nil) {
    guard !text.isEmpty else { return }
    let place = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
    let words = Escaping.markup(text)
    parts.append("<text\(Self.style(style))\(place) x=\"\(Self.place(x))\" y=\"\(Self.place(y))\">\(words)</text>")
  }

  /// - Parameter tip: what a pointer over it shows.
  public mutating func box(
    _ style: String, x: Double, y: Double, width: Double, height: Double, tip: String? = nil
  ) {
    let size = "width=\"\(Self.place(max(width, 0)))\" height=\"\(Self.place(height))\""
    element("rect", "\(Self.style(style)) x=\"\(Self.place(x))\" y=\"\(Self.place(y))\" \(size)", tip)
  }

  /// Boxes of one colour, as one shape: a run has hundreds.
  public mutating func boxes(_ style: String, _ boxes: [Box]) {
    guard !boxes.isEmpty else { return }
    let path = boxes.map { box in
      let width = Self.place(box.width)
      return "M\(Self.place(box.x)) \(Self.place(box.y))h\(width)v\(Self.place(box.height))h-\(width)z"
    }
    parts.append("<path\(Self.style(style)) d=\"\(path.joined())\"/>")
  }

  public mutating func upright(_ style: String, x: Double, from top: Double, to bottom: Double, tip: String? = nil) {
    line(style, from: (x, top), to: (x, bottom), tip: tip)
  }

  public mutating func level(_ style: String, y: Double, from left: Double, to right: Double) {
    line(style, from: (left, y), to: (right, y), tip: nil)
  }

  private mutating func line(_ style: String, from start: (Double, Double), to end: (Double, Double), tip: String?) {
    let x = "x1=\"\(Self.place(start.0))\" x2=\"\(Self.place(end.0))\""
    element("line", "\(Self.style(style)) \(x) y1=\"\(Self.place(start.1))\" y2=\"\(Self.place(end.1))\"", tip)
  }

  /// A line through points, if there are any.
  public mutating func polyline(_ style: String, _ points: [(Double, Double)]) {
    guard !points.isEmpty else { return }
    let places = points.map { "\(Self.place($0.0)),\(Self.place($0.1))" }.joined(separator: " ")
    parts.append("<polyline\(Self.style(style)) points=\"\(places)\"/>")
  }

  private mutating func element(_ name: String, _ attributes: String, _ tip: String?) {
    let end = tip.map { "><title>\(Escaping.markup($0))</title></\(name)>" } ?? "/>"
    parts.append("<\(name)\(attributes)\(end)")
  }

  /// The drawing as a part of a page, which has the style sheet.
  public func embedded(width: Double, height: Double, title: String) -> String {
    let frame = "viewBox=\"0 0 \(Self.place(width)) \(Self.place(height))\" role=\"img\""
    return (["<svg \(frame) aria-label=\"\(Escaping.markup(title))\">"] + parts + ["</svg>"]).joined(separator: "\n")
  }

  /// The drawing as a file: nothing to load, no script, and the house's colours.
  ///
  /// - Parameters:
  ///   - sheet: the styles, besides the palette.
  ///   - definitions: what the style sheet refers to.
  public func file(width: Double, height: Double, title: String, sheet: String, definitions: String) -> String {
    let size = "width=\"\(Self.place(width))\" height=\"\(Self.place(height))\""
    let title = Escaping.markup(title)
    let head = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.place(width)) \(Self.place(height))" \(size) role="img" \
      aria-label="\(title)">
      <title>\(title)</title>
      <style>
      \(Assets.palette + sheet)</style>
      <defs>\(definitions)</defs>
      <rect class="paper" \(size) rx="8"/>
      """
    return ([head] + parts + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func style(_ name: String) -> String { name.isEmpty ? "" : " class=\"\(name)\"" }

  /// A coordinate: a tenth of a unit is finer than a screen shows.
  public static func place(_ value: Double) -> String { Numbers.number(value, decimals: 1) }
}
