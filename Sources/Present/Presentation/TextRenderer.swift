import Escaping

/// Writes a document for a terminal: no marks, columns that line up, and nothing that would move the cursor.
public struct TextRenderer: Sendable {
  public init() {}

  /// The blocks, with an empty line between them and no newline at the end. What follows a heading belongs to it and
  /// is indented, as tables and lists are.
  public func text(_ blocks: [Block]) -> String {
    var parts: [String] = []
    var heading: String?
    for block in blocks {
      guard let lines = self.lines(block) else { continue }
      if case .heading = block {
        if let heading { parts.append(heading) }
        heading = lines.joined(separator: "\n") + ":"
        continue
      }
      parts.append(([heading].compactMap(\.self) + lines).joined(separator: "\n"))
      heading = nil
    }
    if let heading { parts.append(heading) }
    return parts.joined(separator: "\n\n")
  }

  private func lines(_ block: Block) -> [String]? {
    switch block {
    case .heading(let prose, _), .paragraph(let prose): Self.prose(prose)
    case .list(let items): items.flatMap { Self.prose($0) }.map { "  " + $0 }
    case .table(let table): Self.table(table).map { "  " + $0 }
    case .code(let text, _): Self.prose(Prose(text)).map { "  " + $0 }
    case .details(let summary, let blocks): Self.prose(summary) + [text(blocks)]
    case .figure, .tiles: nil
    }
  }

  /// What is strong is in capitals.
  private static func prose(_ prose: Prose) -> [String] {
    let text = prose.spans.map { span in
      if case .strong(let text) = span { text.uppercased() } else { Prose([span]).plain }
    }.joined()
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { Escaping.plain(String($0)) }
  }

  /// A cell of several lines takes several lines of the table.
  private static func table(_ table: Table) -> [String] {
    var rows = table.rows.map { row in row.cells.map { Self.prose($0) } }
    if !table.header.isEmpty { rows.insert(table.header.map { [$0] }, at: 0) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.flatMap { $0.indices.contains(column) ? $0[column].map(\.count) : [] }.max() ?? 0
    }
    return rows.flatMap { row in
      (0..<(row.map(\.count).max() ?? 0)).map { line in
        let cells = row.enumerated().map { column, lines in
          let cell = lines.indices.contains(line) ? lines[line] : ""
          let space = String(repeating: " ", count: widths[column] - cell.count)
          return table.numbers.contains(column) ? space + cell : cell + space
        }
        let text = cells.joined(separator: "  ")
        return String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
      }
    }
  }
}
