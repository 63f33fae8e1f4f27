/// The value of `If-None-Match` (RFC 9110, section 13.1.2): `*`, or a list of entity tags, each with or without `W/`.
struct EntityTags {
  private let text: String

  init(_ text: String) { self.text = text }

  /// Whether a representation with this tag is one of them, by weak comparison: `W/` makes no difference.
  ///
  /// - Parameter tag: with its quotes; `nil`: the representation has none, and only `*` is about it.
  func match(_ tag: String?) -> Bool {
    var rest = Self.trimmed(text[...])
    if rest == "*" { return true }
    guard let tag else { return false }
    while !rest.isEmpty {
      if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
      // After a syntax error the rest matches nothing: the worst result is an answer with a body.
      guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return false }
      if rest[...end] == tag { return true }
      rest = Self.trimmed(rest[rest.index(after: end)...])
      guard rest.first == "," else { return false }
      rest = Self.trimmed(rest.dropFirst())
    }
    return false
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
