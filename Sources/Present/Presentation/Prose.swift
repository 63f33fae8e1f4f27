/// A stretch of text with its marks.
///
/// A literal is written with Markdown's marks: `**strong**`, `*emphasis*`, `` `code` `` and `[name](address)`, each
/// within one piece of the literal. What is interpolated has none, whatever characters it holds:
///
///     "The key \(key) is **lost**; see `report.json`."
public struct Prose: Sendable, Hashable {
  /// A part of the text.
  public enum Span: Sendable, Hashable {
    case plain(String)
    case strong(String)
    case emphasis(String)
    case code(String)
    case link(String, to: String)
    case lineBreak
  }

  public private(set) var spans: [Span] = []

  /// Text without any marks.
  public init(_ text: String) { append(.plain(text)) }

  /// Text whose marks count, as in a literal: for texts that are kept elsewhere.
  public init(marked text: some StringProtocol) { append(marked: text[...]) }

  public init(_ spans: [Span]) { for span in spans { append(span) } }

  public static func strong(_ text: String) -> Prose { Prose([.strong(text)]) }
  public static func code(_ text: String) -> Prose { Prose([.code(text)]) }
  public static func link(_ text: String, to address: String) -> Prose { Prose([.link(text, to: address)]) }

  /// Several texts, each in a line of its own.
  public static func lines(_ texts: [Prose]) -> Prose { texts.joined(separator: Prose([.lineBreak])) }

  public static func + (one: Prose, other: Prose) -> Prose { Prose(one.spans + other.spans) }

  /// The text without its marks.
  public var plain: String {
    spans.map { span in
      switch span {
      case .plain(let text), .strong(let text), .emphasis(let text), .code(let text), .link(let text, _): text
      case .lineBreak: "\n"
      }
    }.joined()
  }

  public var isEmpty: Bool { spans.isEmpty }

  private mutating func append(_ span: Span) {
    if case .plain(let text) = span {
      guard !text.isEmpty else { return }
      if case .plain(let before)? = spans.last {
        spans[spans.count - 1] = .plain(before + text)
        return
      }
    }
    spans.append(span)
  }

  // MARK: - Marks

  private mutating func append(marked text: some StringProtocol) {
    var rest = Substring(text)
    while let start = rest.firstIndex(where: { "`*[".contains($0) }) {
      guard let (span, end) = Self.mark(in: rest[start...]) else {
        append(.plain(String(rest[...start])))
        rest = rest[rest.index(after: start)...]
        continue
      }
      append(.plain(String(rest[..<start])))
      append(span)
      rest = rest[end...]
    }
    append(.plain(String(rest)))
  }

  /// The mark with which a text begins, and where it ends; `nil` if the character is only a character.
  private static func mark(in text: Substring) -> (Span, String.Index)? {
    func enclosed(by mark: String) -> (String, String.Index)? {
      guard text.hasPrefix(mark) else { return nil }
      let inside = text.dropFirst(mark.count)
      guard let end = inside.firstRange(of: mark), !inside[..<end.lowerBound].isEmpty, inside.first != " " else {
        return nil
      }
      return (String(inside[..<end.lowerBound]), end.upperBound)
    }
    if let (code, end) = enclosed(by: "`") { return (.code(code), end) }
    if let (strong, end) = enclosed(by: "**") { return (.strong(strong), end) }
    if !text.hasPrefix("**"), let (emphasis, end) = enclosed(by: "*") { return (.emphasis(emphasis), end) }
    guard text.hasPrefix("["), let middle = text.firstRange(of: "]("),
      let end = text[middle.upperBound...].firstIndex(of: ")")
    else { return nil }
    let name = text[text.index(after: text.startIndex)..<middle.lowerBound]
    return (.link(String(name), to: String(text[middle.upperBound..<end])), text.index(after: end))
  }
}

extension Sequence<Prose> {
  public func joined(separator: Prose) -> Prose { Prose(Array(map(\.spans).joined(separator: separator.spans))) }
}

extension Prose: ExpressibleByStringInterpolation {
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var prose = Prose("")

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { prose.append(marked: literal) }

    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      prose.append(.plain(value.description))
    }

    public mutating func appendInterpolation(_ value: Prose) { prose = prose + value }

    public mutating func appendInterpolation(strong text: String) { prose.append(.strong(text)) }

    public mutating func appendInterpolation(code text: String) { prose.append(.code(text)) }
  }

  public init(stringLiteral text: String) { self.init(marked: text) }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.prose }
}
