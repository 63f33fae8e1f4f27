import Escaping

/// Writes a document as Markdown.
public struct MarkdownRenderer: Sendable {
  /// Whether the columns of tables line up, so that they read well on a terminal too.
  public var linesUp: Bool

  public init(linesUp: Bool = false) {
    self.linesUp = linesUp
  }

  /// The whole document, with a newline at its end.
  public func text(_ document: Document) -> String {
    let verdict = document.verdict.map { ": \($0.word)" } ?? ""
    return (["# \(document.title)\(verdict)"] + document.blocks.compactMap(block)).joined(separator: "\n\n") + "\n"
  }

  private func block(_ block: Block) -> String? {
    switch block {
    case .heading(let prose, let level): return String(repeating: "#", count: level) + " " + Self.line(prose)
    case .paragraph(let prose): return Self.prose(prose, break: "\n")
    case .list(let items): return items.map { "- " + Self.line($0) }.joined(separator: "\n")
    case .table(let table): return self.table(table)
    case .code(let text, let language):
      // A fence is longer than any that the text has.
      var fence = "```"
      while text.contains(fence) { fence += "`" }
      return "\(fence)\(language)\n\(text)\n\(fence)"
    case .details(let summary, let blocks):
      let inside = blocks.compactMap(self.block).joined(separator: "\n\n")
      return "<details><summary>\(Self.prose(summary))</summary>\n\n\(inside)\n\n</details>"
    case .figure(let figure):
      guard case .file(let name) = figure.content else { return nil }
      return "![\(figure.title)](\(name))"
    case .tiles: return nil
    }
  }

  /// For what ends with its line.
  private static func line(_ text: Prose) -> String {
    prose(text).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static func prose(_ prose: Prose, break: String = "<br>") -> String {
    prose.spans.map { span in
      switch span {
      case .plain(let text): text
      case .strong(let text): "**\(text)**"
      case .emphasis(let text): "*\(text)*"
      case .code(let text): "`\(text)`"
      case .link(let text, let address): "[\(text)](\(address))"
      case .lineBreak: `break`
      }
    }.joined()
  }

  // MARK: - Tables

  func table(_ table: Table) -> String {
    let rows = ([table.header] + table.rows.map { $0.cells.map { Self.prose($0) } }).map {
      $0.map(Escaping.markdownCell)
    }
    guard linesUp else {
      let rule = table.header.indices.map { table.numbers.contains($0) ? "---:" : "---" }
      return ([rows[0], rule] + rows.dropFirst()).map { "| " + $0.joined(separator: " | ") + " |" }
        .joined(separator: "\n")
    }
    let widths = table.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { cells in
      "| "
        + cells.enumerated().map { column, cell in
          let space = String(repeating: " ", count: widths[column] - cell.count)
          return table.numbers.contains(column) ? space + cell : cell + space
        }.joined(separator: " | ") + " |"
    }
    let rule = table.header.indices.map { column in
      String(repeating: "-", count: max(widths[column], 2) + 1) + (table.numbers.contains(column) ? ":" : "-")
    }
    return ([lines[0], "|" + rule.joined(separator: "|") + "|"] + lines.dropFirst()).joined(separator: "\n")
  }
}
