import Escaping

/// Writes a document as a page that stands alone: nothing is loaded.
public struct HTMLRenderer: Sendable {
  private let sheet: String
  private let script: String

  /// - Parameters:
  ///   - sheet: styles besides the house's.
  ///   - script: runs when the page is loaded; what it holds of others' texts is escaped (`Escaping.json`).
  public init(sheet: String = "", script: String = "") {
    self.sheet = sheet
    self.script = script
  }

  public func page(_ document: Document) -> String {
    let title = document.title + (document.verdict.map { ": \($0.word)" } ?? "")
    let verdict =
      document.verdict.map { "<p class=\"verdict \($0.tone.rawValue)\">\(Self.escaped($0.word))</p>\n" } ?? ""
    let heading = "\(verdict)<h1>\(Self.escaped(document.title))</h1>"
    let head = "<title>\(Self.escaped(title))</title>\n<style>\n\(Assets.palette + Assets.page + sheet)</style>"
    let end = script.isEmpty ? [] : ["<script>\n\(script)</script>"]
    return Self.filled(
      Assets.shell, ["head": head, "body": ([heading] + document.blocks.map(block) + end).joined(separator: "\n")])
  }

  /// The shell with the comment of each name replaced. What comes in is not searched for comments.
  private static func filled(_ shell: String, _ parts: [String: String]) -> String {
    shell.split(separator: "<!-- ", omittingEmptySubsequences: false).enumerated().map { index, piece in
      guard index > 0, let end = piece.firstRange(of: " -->") else { return String(piece) }
      return (parts[String(piece[..<end.lowerBound])] ?? "") + String(piece[end.upperBound...])
    }.joined()
  }

  private func block(_ block: Block) -> String {
    switch block {
    case .heading(let prose, let level): return "<h\(level)>\(Self.prose(prose))</h\(level)>"
    case .paragraph(let prose): return "<p>\(Self.prose(prose))</p>"
    case .list(let items): return "<ul>\(items.map { "<li>\(Self.prose($0))</li>" }.joined(separator: "\n"))</ul>"
    case .table(let table): return Self.table(table)
    case .code(let text, _): return "<pre>\(Self.escaped(text))</pre>"
    case .details(let summary, let blocks):
      let inside = blocks.map(self.block).joined(separator: "\n")
      return "<details><summary>\(Self.prose(summary))</summary>\n\(inside)\n</details>"
    case .figure(let figure): return Self.figure(figure)
    case .tiles(let tiles):
      let boxes = tiles.map { "<div><b>\(Self.escaped($0.value))</b><span>\(Self.escaped($0.name))</span></div>" }
      return "<div class=\"tiles\">\(boxes.joined(separator: "\n"))</div>"
    }
  }

  private static func prose(_ prose: Prose) -> String {
    prose.spans.map { span in
      switch span {
      case .plain(let text): escaped(text)
      case .strong(let text): "<strong>\(escaped(text))</strong>"
      case .emphasis(let text): "<em>\(escaped(text))</em>"
      case .code(let text): "<code>\(escaped(text))</code>"
      case .link(let text, let address): "<a href=\"\(escaped(address))\">\(escaped(text))</a>"
      case .lineBreak: "<br>"
      }
    }.joined()
  }

  private static func table(_ table: Table) -> String {
    func cells(_ name: String, _ contents: [String]) -> String {
      contents.enumerated().map { column, content in
        "<\(name)\(table.numbers.contains(column) ? " class=\"number\"" : "")>\(content)</\(name)>"
      }.joined()
    }
    let head = table.header.isEmpty ? "" : "<thead><tr>\(cells("th", table.header.map(escaped)))</tr></thead>"
    let rows = table.rows.map { row in
      "<tr\(row.tone.map { " class=\"\($0.rawValue)\"" } ?? "")>\(cells("td", row.cells.map(prose)))</tr>"
    }
    return """
      <div class="scroll"><table>\(head)<tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  private static func figure(_ figure: Figure) -> String {
    let picture =
      switch figure.content {
      case .markup(let markup): markup
      case .file(let name): "<img src=\"\(escaped(name))\" alt=\"\(escaped(figure.title))\">"
      }
    let keys = figure.legend.map { "<span class=\"key \($0.style)\"></span>\(escaped($0.words)) " }.joined()
    let caption = keys + escaped(figure.note)
    return "<figure>\(picture)\(caption.isEmpty ? "" : "\n<figcaption>\(caption)</figcaption>")</figure>"
  }

  /// Control characters and what turns the direction of writing are shown as text.
  private static func escaped(_ text: String) -> String {
    Escaping.markup(Escaping.plain(text, keepingNewlines: true))
  }
}
