import Consistency
import Escaping

/// `CAP.md`: the ledger for people.
public struct LedgerMarkdown: Sendable {
  public let text: String

  public init(_ ledger: Ledger) {
    var parts = [Self.introduction(ledger)]
    if !ledger.cells.isEmpty {
      parts.append(Self.matrix(ledger))
      parts.append("## The labels\n\n" + Self.labels(ledger))
      parts.append("## The rule\n\n" + CapLabelling.rule)
      parts.append("## Common claims\n\n" + Self.claims(ledger))
      let remedies = Self.remedies(ledger)
      if !remedies.isEmpty { parts.append("## Remedies\n\n" + remedies) }
      parts.append("## Cell by cell\n\n" + CellMarkdown.legend)
      parts += LedgerSection.all(ledger.cells).map { CellMarkdown.section($0, ledger.cells) }
      let examples = Self.counterexamples(ledger)
      if !examples.isEmpty { parts.append("## Counterexamples\n\n" + examples) }
    }
    parts.append("## How this was made\n\n" + Self.commands)
    text = parts.joined(separator: "\n\n") + "\n"
  }

  // MARK: - Summary

  private static func introduction(_ ledger: Ledger) -> String {
    let flavours = Set(ledger.cells.map(\.flavour)).sorted().joined(separator: ", ")
    let dates = ledger.cells.map(\.startedAt).sorted()
    var text = """
      # The CAP ledger

      What each part of the store did, alone and as a whole, when nodes died, hung or were cut off, with clients on every side of \
      a partition: measured on the real stack, never believed. A cell is one run of one tier, one workload and one fault. The \
      labels follow from the numbers by the rule below. `cap.json` has the same numbers for programs.
      """
    if let first = dates.first, let last = dates.last {
      let doubtful = ledger.cells.count { !$0.problems.isEmpty }
      text += "\n\n\(counted(ledger.cells.count, "cell")), run from \(first) to \(last); SQL tier: \(flavours)."
      if doubtful > 0 { text += " \(counted(doubtful, "cell")) with a problem, which count for nothing." }
    } else {
      text += "\n\nNothing was measured yet."
    }
    return text
  }

  private static func matrix(_ ledger: Ledger) -> String {
    let columns = ["killed", "paused", "isolated", "split", "all down"]
    let rest = ledger.cells.contains { !columns.contains(column($0.fault)) } ? ["other"] : []
    var rows: [[String]] = []
    for label in ledger.labels {
      let own = ledger.cells.filter {
        $0.tier == label.tier && $0.variant == label.variant && (label.flavour.isEmpty || $0.flavour == label.flavour)
      }
      let places = (columns + rest).map { name in
        let there = own.filter { column($0.fault) == name || (name == "other" && !columns.contains(column($0.fault))) }
        return there.isEmpty ? "-" : there.map(mark).joined(separator: "<br>")
      }
      rows.append([title(label), "**\(label.label.rawValue)**"] + places)
    }
    return table(["", "label"] + columns + rest, rows) + "\n\n"
      + """
      Each place: the workload; whether the cell was consistent (yes, **no**: lost, stale, invented or not linearizable; ?: not \
      decided); and for how much of the last 3 s of the fault the side that was worst off was answered. *(!)*: the cell has a \
      problem.
      """
  }

  private static func mark(_ cell: CapCell) -> String {
    let word =
      switch cell.consistency {
      case .holds: "yes"
      case .violated: "**no**"
      case .unknown: "?"
      }
    let share = cell.leastSettledShare.map(percent) ?? "?"
    return "\(cell.workload.rawValue): \(word), \(share)\(cell.problems.isEmpty ? "" : " (!)")"
  }

  /// `redis-master-killed` is a `killed`.
  private static func column(_ fault: String) -> String {
    if fault.hasSuffix("all-down") { return "all down" }
    return fault.split(separator: "-").last.map(String.init) ?? fault
  }

  static func title(_ label: CapLabelling) -> String {
    "\(label.tier), \(label.variant)" + (label.flavour.isEmpty ? "" : " (\(label.flavour))")
  }

  private static func labels(_ ledger: Ledger) -> String {
    table(
      ["tier, variant", "label", "because"], ledger.labels.map { [title($0), "**\($0.label.rawValue)**", $0.because] })
  }

  private static func claims(_ ledger: Ledger) -> String {
    table(
      ["claim", "measured", "because"],
      ledger.claims.map { ["\"\($0.claim)\"", "**\($0.answer.rawValue)**", $0.because] })
  }

  // MARK: - Remedies

  private static func remedies(_ ledger: Ledger) -> String {
    CapRemedy.all.compactMap { remedy -> String? in
      let pairs = remedy.pairs(ledger.cells)
      guard !pairs.isEmpty else { return nil }
      let rows = pairs.flatMap { pair in
        [(remedy.without, pair.without), (remedy.with, pair.with)].map { variant, cell in
          guard let cell = cell else {
            let other = pair.without ?? pair.with
            return [other?.fault ?? "", other?.workload.rawValue ?? "", variant, "not measured", "-", "-", "-", "-"]
          }
          return [
            cell.fault, cell.workload.rawValue, variant, "\(cell.lostWrites) of \(cell.examinedWrites)",
            CellMarkdown.stale(cell), CellMarkdown.word(cell.linearizable), answered(cell), CellMarkdown.recovery(cell),
          ]
        }
      }
      return "### \(remedy.title)\n\n"
        + table(
          ["fault", "workload", "variant", "lost", "stale", "linearizable", "answered during the fault", "recovery"],
          rows)
    }.joined(separator: "\n\n")
  }

  private static func answered(_ cell: CapCell) -> String {
    cell.sides.map { "\($0.name) \($0.answeredShare.map(percent) ?? "-")" }.joined(separator: ", ")
  }

  // MARK: - Counterexamples

  private static func counterexamples(_ ledger: Ledger) -> String {
    ledger.cells.compactMap { cell -> String? in
      guard let lines = cell.counterexample, let title = lines.first else { return nil }
      return "### \(cell.id)\n\n\(title)\n\n```text\n\(lines.dropFirst().joined(separator: "\n"))\n```"
    }.joined(separator: "\n\n")
  }

  private static let commands = """
    ```sh
    make cap                                  # everything again: the stack up, every cell, this page (`kvchaos cap --again`)
    kvchaos cap                               # the cells that are missing; the same command goes on where one was cut off
    kvchaos cap --tier redis --again          # one tier again
    kvchaos cap --judge-only                  # no cell is run: this page from the records that are there
    kvchaos cap --judge-only --against OLD    # what changed since an older cap.json; exit 1 if a guarantee got worse
    ```

    A cell's history and record are in `results/cap/<cell>/`; `kvchaos check` reads the history by itself. What the words mean, and \
    how cells are run: docs/cap.md.
    """

  static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows)
      .map { "| " + $0.map(Escaping.markdownCell).joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }
}
