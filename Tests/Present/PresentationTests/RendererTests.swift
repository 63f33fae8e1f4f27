import Foundation
import Testing

@testable import Presentation

/// One document in every form. Golden files: `KVCHAOS_WRITE_GOLDEN=1` rewrites them.
@Suite struct RendererTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  private func expectGolden(_ text: String, _ name: String) throws {
    let url = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["KVCHAOS_WRITE_GOLDEN"] != nil {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: url, encoding: .utf8)))
  }

  private let evil = "<b> | & \"q\"\nnext **x** \u{1B}[31m <!-- body -->"

  private var document: Document {
    var canvas = SVGCanvas()
    canvas.box("ok", x: 0, y: 0, width: 10, height: 2.25, tip: "a < b")
    return Document(
      title: "A run", verdict: Badge("violated", .violated),
      [
        .paragraph("What was **lost**, with `code`, *emphasis* and a [link](report.json)."),
        .tiles([Tile("lost", "1")]),
        .figure(
          Figure(
            "A box", .markup(canvas.embedded(width: 20, height: 10, title: "A box")), legend: [.init("ok", "served")],
            note: "To scale.")),
        .figure(Figure("A file", .file("cap.svg"))), .heading("Checks"),
        .table(
          Table(
            ["check", "verdict", "count"],
            [
              .init(["lost-writes", .strong("violated"), "1"], tone: .violated),
              .init([Prose(evil), .lines(["held", "a note"]), "1,000"], tone: .held),
            ], numbers: [2])),
        .heading("Findings", level: 3), .code("a ``` b\n\(evil)", language: "text"), .list(["one", Prose(evil)]),
        .details("More", [.paragraph("inside")]),
      ])
  }

  @Test func markdown() throws { try expectGolden(MarkdownRenderer().text(document), "document.md") }

  @Test func markdownThatLinesUp() throws {
    try expectGolden(MarkdownRenderer(linesUp: true).text(document), "document-lined-up.md")
  }

  @Test func text() throws { try expectGolden(TextRenderer().text(document.blocks) + "\n", "document.txt") }

  @Test func page() throws {
    let text = HTMLRenderer(sheet: ".mine {}\n", script: "run()\n").page(document)
    let body = try #require(text.firstRange(of: "<body>")).lowerBound
    try expectGolden(String(text[body...]), "document.html")
    #expect(text.contains("<title>A run: violated</title>"))
    #expect(text.contains(".mine {}"))
    #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(text.hasSuffix("</html>\n"))
  }

  /// Every row has as many cells as the header, whatever the texts hold.
  @Test(arguments: [false, true], ["a|b", "a\nb", "a\r\nb", "a\u{2028}b", "|", "\n"])
  func cellsStayInTheirColumns(linesUp: Bool, text: String) {
    let table = Table(["x", "y"], [[text, "z"]])
    let lines = MarkdownRenderer(linesUp: linesUp).table(table).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    for line in lines { #expect(line.replacing("\\|", with: "").count(where: { $0 == "|" }) == 3) }
  }

  @Test func columnsLineUp() {
    let table = Table(["name", "n"], [["a|b", "1"], ["c", "1,000"]], numbers: [1])
    #expect(
      MarkdownRenderer(linesUp: true).table(table)
        == """
        | name |     n |
        |------|------:|
        | a\\|b |     1 |
        | c    | 1,000 |
        """)
  }

  /// What is strong on a page is in capitals on a terminal; what belongs to a heading is indented below it.
  @Test func terminals() {
    let text = TextRenderer().text([
      .paragraph("a"), .heading("b"),
      .table(Table([], [.init(["held", "x", .lines(["1", "2"])]), .init([.strong("violated"), "yy", "3"])])),
      .heading("c"), .list(["d"]),
    ])
    #expect(
      text == """
        a

        b:
          held      x   1
                        2
          VIOLATED  yy  3

        c:
          d
        """)
  }
}
