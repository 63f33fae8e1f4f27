import Consistency
import Presentation

/// `CAP.md`: the ledger for people.
public struct LedgerDocument: Sendable {
  let document: Document

  public var markdown: String { MarkdownRenderer().text(document) }

  public init(_ ledger: Ledger) {
    var blocks = Self.introduction(ledger)
    if !ledger.cells.isEmpty {
      blocks += Self.matrix(ledger)
      blocks += [.heading("The labels"), .table(Self.labels(ledger)), .heading("The rule")]
      blocks += Block.blocks(marked: CapLabelling.rule)
      blocks += [.heading("Common claims"), .table(Self.claims(ledger))]
      blocks += Self.section("Remedies", CapRemedy.all.flatMap { Self.remedy($0, ledger) })
      blocks += [.heading("Cell by cell")] + Block.blocks(marked: CellBlocks.legend)
      blocks += LedgerSection.all(ledger.cells).flatMap { CellBlocks.section($0, ledger.cells) }
      blocks += Self.section("Counterexamples", ledger.cells.flatMap(Self.counterexample))
    }
    document = Document(title: "The CAP ledger", blocks + [.heading("How this was made")] + Self.origin)
  }

  private static func section(_ title: Prose, _ blocks: [Block]) -> [Block] {
    blocks.isEmpty ? [] : [.heading(title)] + blocks
  }

  // MARK: - Summary

  private static func introduction(_ ledger: Ledger) -> [Block] {
    let flavours = Set(ledger.cells.map(\.flavour)).sorted().joined(separator: ", ")
    let dates = ledger.cells.map(\.startedAt).sorted()
    let purpose: Prose = """
      What each part of the store did, alone and as a whole, when nodes died, hung or were cut off, with clients on every side of \
      a partition: measured on the real stack, never believed. A cell is one run of one tier, one workload and one fault. The \
      labels follow from the numbers by the rule below. `cap.json` has the same numbers for programs.
      """
    guard let first = dates.first, let last = dates.last else {
      return [.paragraph(purpose), .paragraph("Nothing was measured yet.")]
    }
    let doubtful = ledger.cells.count { !$0.problems.isEmpty }
    let problems = " \(Numbers.counted(doubtful, "cell")) with a problem, which count for nothing."
    let extent: Prose = """
      \(Numbers.counted(ledger.cells.count, "cell")), run from \(first) to \(last); SQL tier: \(flavours).\
      \(doubtful > 0 ? problems : "")
      """
    return [.paragraph(purpose), .paragraph(extent)]
  }

  private static func matrix(_ ledger: Ledger) -> [Block] {
    let columns = ["killed", "paused", "isolated", "split", "all down"]
    let rest = ledger.cells.contains { !columns.contains(column($0.fault)) } ? ["other"] : []
    let rows = ledger.labels.map { label -> Table.Row in
      let own = ledger.cells.filter {
        $0.tier == label.tier && $0.variant == label.variant && (label.flavour.isEmpty || $0.flavour == label.flavour)
      }
      let places = (columns + rest).map { name -> Prose in
        let there = own.filter { column($0.fault) == name || (name == "other" && !columns.contains(column($0.fault))) }
        return there.isEmpty ? "-" : Prose.lines(there.map(mark))
      }
      return Table.Row([Prose(title(label)), .strong(label.label.rawValue)] + places)
    }
    return [
      .table(Table(["", "label"] + columns + rest, rows)),
      .paragraph(
        """
        Each place: the workload; whether consistency held, was **violated** (lost, stale, invented or not linearizable) or \
        stayed **undecided**; and for how much of the last 3 s of the fault the side that was worst off was answered. \
        *(!)*: the cell has a problem.
        """),
    ]
  }

  private static func mark(_ cell: CapCell) -> Prose {
    let share = cell.leastSettledShare.map { Numbers.percent($0) } ?? "?"
    return "\(cell.workload.rawValue): \(cell.consistency.prose), \(share)\(cell.problems.isEmpty ? "" : " (!)")"
  }

  /// `redis-master-killed` is a `killed`.
  private static func column(_ fault: String) -> String {
    if fault.hasSuffix("all-down") { return "all down" }
    return fault.split(separator: "-").last.map(String.init) ?? fault
  }

  static func title(_ label: CapLabelling) -> String {
    "\(label.tier), \(label.variant)" + (label.flavour.isEmpty ? "" : " (\(label.flavour))")
  }

  private static func labels(_ ledger: Ledger) -> Table {
    Table(
      ["tier, variant", "label", "because"],
      ledger.labels.map { Table.Row([Prose(title($0)), .strong($0.label.rawValue), Prose($0.because)]) })
  }

  private static func claims(_ ledger: Ledger) -> Table {
    Table(
      ["claim", "measured", "because"],
      ledger.claims.map { Table.Row(["\"\($0.claim)\"", .strong($0.answer.rawValue), Prose($0.because)]) })
  }

  // MARK: - Remedies

  private static func remedy(_ remedy: CapRemedy, _ ledger: Ledger) -> [Block] {
    let pairs = remedy.pairs(ledger.cells)
    guard !pairs.isEmpty else { return [] }
    let rows = pairs.flatMap { pair -> [Table.Row] in
      [(remedy.without, pair.without), (remedy.with, pair.with)].map { variant, cell -> Table.Row in
        guard let cell = cell else {
          let other = pair.without ?? pair.with
          let missing = [
            other?.fault ?? "", other?.workload.rawValue ?? "", variant, "not measured", "-", "-", "-", "-",
          ]
          return Table.Row(missing.map { Prose($0) })
        }
        return Table.Row([
          Prose(cell.fault), Prose(cell.workload.rawValue), Prose(variant),
          "\(cell.lostWrites) of \(cell.examinedWrites)", Prose(CellBlocks.stale(cell)),
          CellBlocks.word(cell.linearizable), Prose(answered(cell)), Prose(CellBlocks.recovery(cell)),
        ])
      }
    }
    let header = [
      "fault", "workload", "variant", "lost", "stale", "linearizable", "answered during the fault", "recovery",
    ]
    return [.heading(Prose(marked: remedy.title), level: 3), .table(Table(header, rows))]
  }

  private static func answered(_ cell: CapCell) -> String {
    cell.sides.map { "\($0.name) \($0.answeredShare.map { Numbers.percent($0) } ?? "-")" }.joined(separator: ", ")
  }

  // MARK: - Counterexamples

  private static func counterexample(_ cell: CapCell) -> [Block] {
    guard let lines = cell.counterexample, let title = lines.first else { return [] }
    return [
      .heading(Prose(cell.id), level: 3), .paragraph(Prose(title)),
      .code(lines.dropFirst().joined(separator: "\n"), language: "text"),
    ]
  }

  private static let origin: [Block] = [
    .code(
      """
      make cap                                  # everything again: the stack up, every cell, this page (`kvchaos cap --again`)
      kvchaos cap                               # the cells that are missing; the same command goes on where one was cut off
      kvchaos cap --tier redis --again          # one tier again
      kvchaos cap --judge-only                  # no cell is run: this page from the existing records
      kvchaos cap --judge-only --against OLD    # what changed since an older cap.json; exit 1 if a guarantee got worse
      """, language: "sh"),
    .paragraph(
      """
      A cell's history and record are in `results/cap/<cell>/`; `kvchaos check` reads the history by itself. What the words mean, \
      and how cells are run: docs/cap.md.
      """),
  ]
}
