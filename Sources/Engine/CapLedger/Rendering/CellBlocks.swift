import Consistency
import Presentation

/// One tier's cells, with their table.
enum CellBlocks {
  static let legend = """
    *ok, refused, unknown*: requests by the time of their call, during the fault; refused is certainly not done, unknown got no \
    answer in time or one that leaves it open. *answered*: second by second the share that was answered, over the whole \
    fault and over its last 3 s. *lost*: acknowledged writes that are certainly gone, of those that were looked for at the end; of \
    a register only what no later write has covered can be looked for, of a set and a queue everything. \
    *stale*: reads of what an acknowledged write had replaced before the read was called, and how far behind the oldest was. \
    *recovery*: from the strike until everyone who called was answered again for 2 s on end; in brackets from the heal. \
    *promise*: what the tier's own live settings let expect for clients that reach a majority; **over** if it took longer than \
    that by more than a client's own timeout.

    \(Sparkline.legend)
    """

  static func section(_ section: LedgerSection, _ all: [CapCell]) -> [Block] {
    let cells = section.cells(all)
    let rows = cells.flatMap { cell in
      cell.sides.enumerated().map { index, side -> Table.Row in
        let during = side.during
        let name = index == 0 ? "\(cell.variant), \(cell.workload.rawValue), \(cell.fault)" : ""
        let lost = cell.workload == .bank ? "-" : "\(side.lostWrites) of \(side.examinedWrites)"
        let recovery = "\(Numbers.seconds(side.recovery)) (\(Numbers.seconds(side.recoveryAfterHeal)))"
        return Table.Row([
          Prose(name), Prose(who(side)), "\(during.ok), \(during.refused), \(during.unknown)",
          "\(share(side.answeredShare)), \(share(side.settledShare))", Prose(lost),
          Prose(stale(side, cell.workload)), index == 0 ? order(cell) : "", Prose(recovery),
          index == 0 ? promise(cell) : "",
        ])
      }
    }
    let header = ["cell", "side", "ok, refused, unknown", "answered", "lost", "stale", "order", "recovery", "promise"]
    let timelines: Block = .code(cells.map(sparklines).joined(separator: "\n"), language: "text")
    let isPictured = cells.contains(where: TierPicture.shows)
    let remarks = cells.flatMap { cell -> [Prose] in
      cell.problems.map { "\(cell.id): \(strong: $0)" } + cell.notes.map { "\(cell.id): \($0)" }
    }
    var blocks: [Block] = [.heading(Prose(section.title), level: 3)]
    blocks += picture(section, cells)
    blocks.append(.table(Table(header, rows)))
    blocks.append(isPictured ? .details("Second by second, as text", [timelines]) : timelines)
    if !remarks.isEmpty { blocks.append(.list(remarks)) }
    return blocks + settings(cells)
  }

  /// The picture of the tier, and which cells are not in it.
  private static func picture(_ section: LedgerSection, _ cells: [CapCell]) -> [Block] {
    let missing = cells.filter { !TierPicture.shows($0) }
    var blocks: [Block] = []
    if missing.count < cells.count {
      blocks.append(.figure(Figure(TierPicture.title(section.title), .file(section.picture))))
    }
    if !missing.isEmpty {
      let names = missing.map { Prose.code($0.id) }.joined(separator: ", ")
      blocks.append(.paragraph("Not drawn, for want of counts by the second: \(names)."))
    }
    return blocks
  }

  static func who(_ side: CapCell.Side) -> String {
    side.nodes == 0 ? "\(side.name) (no node)" : "\(side.name) (\(Numbers.counted(side.nodes, "node")))"
  }

  private static func share(_ share: Double?) -> String { share.map { Numbers.percent($0) } ?? "-" }

  static func stale(_ side: CapCell.Side, _ workload: CapRecord.Workload) -> String {
    switch workload {
    case .queue, .bank: "-"
    case .register, .set:
      side.staleReads == 0
        ? "0 of \(side.reads)" : "\(side.staleReads) of \(side.reads), up to \(Numbers.seconds(side.stalestSeconds))"
    }
  }

  static func stale(_ cell: CapCell) -> String {
    switch cell.workload {
    case .queue, .bank: "-"
    case .register, .set:
      cell.staleReads == 0 ? "0" : "\(cell.staleReads), up to \(Numbers.seconds(cell.stalestSeconds))"
    }
  }

  static func word(_ verdict: Verdict?) -> Prose { verdict?.prose ?? "-" }

  /// What the workload shows besides lost and stale.
  private static func order(_ cell: CapCell) -> Prose {
    var words: [Prose] = []
    if let linearizable = cell.linearizable { words.append("linearizable: \(linearizable.prose)") }
    if let duplicates = cell.duplicates { words.append(Prose(Numbers.counted(duplicates, "duplicate"))) }
    if let outOfOrder = cell.outOfOrder { words.append("\(outOfOrder) out of order") }
    if cell.workload == .bank { words.append("\(cell.wrongSums) of \(Numbers.counted(cell.sums, "sum")) wrong") }
    if cell.inventedValues > 0 { words.append(.strong(Numbers.counted(cell.inventedValues, "invented value"))) }
    return words.joined(separator: ", ")
  }

  static func recovery(_ cell: CapCell) -> String {
    cell.sides.map { "\($0.name) \(Numbers.seconds($0.recovery))" }.joined(separator: ", ")
  }

  private static func promise(_ cell: CapCell) -> Prose {
    guard let promise = cell.promise else { return "none" }
    let text = Prose(Numbers.seconds(promise.seconds))
    if promise.isRefusalThePoint { return text + "; refusing is its point" }
    return cell.isOverPromise ? text + ", **over**" : text
  }

  private static func sparklines(_ cell: CapCell) -> String {
    let width = cell.sides.map(\.name.count).max() ?? 0
    let lines = cell.sides.map { side in
      "  " + side.name + String(repeating: " ", count: width - side.name.count) + "  " + side.timeline
    }
    return ([cell.id] + lines).joined(separator: "\n")
  }

  /// The live settings, once a tier, and what the promises are made of.
  private static func settings(_ cells: [CapCell]) -> [Block] {
    var seen: [Prose] = []
    for setting in cells.flatMap(\.settings) {
      let text: Prose = "\(code: setting.name) = \(code: setting.value)"
      if !seen.contains(text) { seen.append(text) }
    }
    var formulas: [Prose] = []
    for promise in cells.compactMap(\.promise) {
      let text: Prose = "\(promise.formula) = \(Numbers.seconds(promise.seconds))"
      if !formulas.contains(text) { formulas.append(text) }
    }
    let live: Prose = seen.isEmpty ? "none recorded" : seen.joined(separator: ", ")
    var blocks: [Block] = [.paragraph("Live settings: \(live).")]
    if !formulas.isEmpty { blocks.append(.paragraph("Promise: \(formulas.joined(separator: "; ")).")) }
    return blocks
  }
}
