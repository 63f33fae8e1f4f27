import Presentation
import Testing

@Suite struct ProseTests {
  @Test(
    arguments: [
      ("nothing", [.plain("nothing")]), ("", []), ("**all**", [.strong("all")]),
      ("a *b* c", [.plain("a "), .emphasis("b"), .plain(" c")]), ("`a*b*`", [.code("a*b*")]),
      ("[a](b.md).", [.link("a", to: "b.md"), .plain(".")]),
      // Characters that are only characters.
      ("2 * 3 * 4", [.plain("2 * 3 * 4")]), ("a ** b", [.plain("a ** b")]), ("a `b", [.plain("a `b")]),
      ("[a] (b)", [.plain("[a] (b)")]), ("``", [.plain("``")]),
    ] as [(String, [Prose.Span])])
  func marks(text: String, spans: [Prose.Span]) {
    #expect(Prose(marked: text).spans == spans)
  }

  /// Whatever a history or a server says stays text.
  @Test(arguments: ["**x**", "`", "[a](b)", "*"]) func whatIsInterpolatedHasNoMarks(value: String) {
    let prose: Prose = "a \(value) **b** \(value)"
    #expect(prose.spans == [.plain("a \(value) "), .strong("b"), .plain(" \(value)")])
    #expect(Prose(value).spans == [.plain(value)])
  }

  @Test func marksOfInterpolatedTexts() {
    let prose: Prose = "\(code: "a`b") is \(strong: "c") and \(7)\(Prose.link("d", to: "e"))"
    #expect(
      prose.spans == [
        .code("a`b"), .plain(" is "), .strong("c"), .plain(" and 7"), .link("d", to: "e"),
      ])
    #expect(prose.plain == "a`b is c and 7d")
  }

  @Test func textsAreJoined() {
    let parts: [Prose] = ["a", "**b**", "c"]
    #expect(parts.joined(separator: ", ").spans == [.plain("a, "), .strong("b"), .plain(", c")])
    #expect(Prose.lines(parts).spans == [.plain("a"), .lineBreak, .strong("b"), .lineBreak, .plain("c")])
    #expect(Prose.lines([]).isEmpty)
  }

  @Test func aTextOfParagraphsAndListsIsRead() {
    let blocks = Block.blocks(marked: "A **b**.\n\n- c\n- `d`: e\n\nf - g")
    #expect(blocks == [.paragraph("A **b**."), .list(["c", "`d`: e"]), .paragraph("f - g")])
  }
}
