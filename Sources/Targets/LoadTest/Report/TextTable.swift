import Escaping

/// A Markdown table whose columns line up, so that it reads as well on a terminal.
enum TextTable {
  /// - Parameter texts: the columns (by index) that are words; all others are numbers and stand to the right.
  static func markdown(_ header: [String], _ rows: [[String]], texts: Set<Int> = [0]) -> String {
    let lines = [header] + rows.map { $0.map(Escaping.markdownCell) }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      "| "
        + cells.enumerated().map { column, cell in
          let space = String(repeating: " ", count: widths[column] - cell.count)
          return texts.contains(column) ? cell + space : space + cell
        }.joined(separator: " | ") + " |"
    }
    let rule = header.indices.map { column in
      let dashes = String(repeating: "-", count: max(widths[column], 2) + 1)
      return texts.contains(column) ? dashes + "-" : dashes + ":"
    }
    return ([line(header), "|" + rule.joined(separator: "|") + "|"] + rows.indices.map { line(lines[$0 + 1]) })
      .joined(separator: "\n")
  }
}
