import Escaping
import Testing

/// Whatever a key or a value holds, it stays text where it is shown.
@Suite struct EscapingTests {
  /// Scalars that join with the one behind or before them to one character of Swift's.
  static let joiners = ["\u{600}", "\u{6DD}", "\u{110BD}", "\u{200D}", "\u{301}", "\u{FE0F}", "\r", "\u{1F1E6}"]

  @Test(arguments: joiners)
  func nothingThatJoinsHidesACharacterOfMarkup(joiner: String) {
    for mark in ["<", ">", "&", "\""] {
      for text in [joiner + mark + "script", mark + joiner, joiner + mark + joiner] {
        let escaped = Escaping.markup(text)
        #expect(!escaped.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0 == "\"" })
        #expect(escaped.unicodeScalars.count { $0 == "&" } == 1)
      }
    }
    for mark in ["\"", "\\", "<", "\n"] {
      let escaped = Escaping.json(joiner + mark, inScript: true).unicodeScalars.dropFirst().dropLast()
      #expect(mark == "\\" || mark == "\"" || !escaped.contains { $0.description == mark })
      #expect(escaped.contains("\\"))
    }
    #expect(Escaping.markdownCell(joiner + "|").unicodeScalars.contains("\\"))
    #expect(!Escaping.markdownCell(joiner + "\n").unicodeScalars.contains("\n"))
  }

  @Test func everyJoinedCharacterIsKept() {
    let text = Self.joiners.joined(separator: "a") + "é😀"
    let kept = text.unicodeScalars.filter { $0 != "\r" }
    #expect(Escaping.markdownCell(String(String.UnicodeScalarView(kept))).unicodeScalars.elementsEqual(kept))
  }

  @Test(arguments: [
    ("a", "a"), ("é 😀 \"x\" <b>", "é 😀 \"x\" <b>"), ("\u{1B}[31m", "\\u{1b}[31m"), ("a\nb", "a\\nb"),
    ("\r\n", "\\r\\n"),
    ("\t\u{7F}\u{0}", "\\t\\u{7f}\\u{0}"), ("\u{9B}31m", "\\u{9b}31m"), ("\u{202E}gpj", "\\u{202e}gpj"),
    ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), ("\u{2028}", "\\u{2028}"), ("a\u{85}", "a\\u{85}"),
    ("\u{E0041}", "\\u{e0041}"), ("", ""),
  ])
  func terminalsGetControlCharactersAsText(text: String, shown: String) {
    #expect(Escaping.plain(text) == shown)
    #expect(Escaping.plain(shown) == shown)
  }

  @Test func linesStayLinesWhereTheyAreWanted() {
    #expect(Escaping.plain("a\n\u{1B}b", keepingNewlines: true) == "a\n\\u{1b}b")
  }

  @Test(arguments: [
    ("<a href=\"x\">&</a>", "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;"), ("a\n\tb", "a\n\tb"),
    ("a\u{1}\u{FFFE}é", "a\u{FFFD}\u{FFFD}é"),
  ])
  func markup(text: String, escaped: String) { #expect(Escaping.markup(text) == escaped) }

  @Test(arguments: [
    ("</script>", "\"\\u003c/script\\u003e\""), ("\u{1}", "\"\\u0001\""), ("a\"\\", "\"a\\\"\\\\\""),
    ("é\u{2028}", "\"é\\u2028\""),
  ])
  func json(text: String, escaped: String) { #expect(Escaping.json(text, inScript: true) == escaped) }

  @Test(arguments: [
    ("a", "\"a\""), ("q\"\\", "\"q\\\"\\\\\""), ("\n\u{1}", "\"\\u000a\\u0001\""), ("é🐘", "\"é🐘\""), ("", "\"\""),
    ("</>&\u{2028}\u{7F}", "\"</>&\u{2028}\u{7F}\""),
  ])
  func jsonOutsideOfScripts(text: String, escaped: String) {
    #expect(Escaping.json(text) == escaped)
    var bytes = Array("x".utf8)
    Escaping.appendJSON(text.utf8, to: &bytes)
    #expect(bytes == Array("x\(escaped)".utf8))
  }

  @Test func jsonOutsideOfAPageKeepsWhatItCan() { #expect(Escaping.json("<&>\u{1}") == "\"<&>\\u0001\"") }
}
