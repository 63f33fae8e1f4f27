import Consistency

/// The tables of one tier's cells.
enum CellMarkdown {
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

  static func section(_ section: LedgerSection, _ all: [CapCell]) -> String {
    let cells = section.cells(all)
    let rows = cells.flatMap { cell in
      cell.sides.enumerated().map { index, side in
        let during = side.during
        return [
          index == 0 ? "\(cell.variant), \(cell.workload.rawValue), \(cell.fault)" : "",
          who(side),
          "\(during.ok), \(during.refused), \(during.unknown)",
          "\(share(side.answeredShare)), \(share(side.settledShare))",
          cell.workload == .bank ? "-" : "\(side.lostWrites) of \(side.examinedWrites)", stale(side, cell.workload),
          index == 0 ? order(cell) : "", "\(seconds(side.recovery)) (\(seconds(side.recoveryAfterHeal)))",
          index == 0 ? promise(cell) : "",
        ]
      }
    }
    let timelines = "```text\n" + cells.map(sparklines).joined(separator: "\n") + "\n```"
    let isPictured = cells.contains(where: TierPicture.shows)
    var parts = [
      "### \(section.title)", picture(section, cells),
      LedgerMarkdown.table(
        [
          "cell", "side", "ok, refused, unknown", "answered", "lost", "stale", "order", "recovery", "promise",
        ], rows),
      isPictured ? "<details><summary>Second by second, as text</summary>\n\n\(timelines)\n\n</details>" : timelines,
    ].filter { !$0.isEmpty }
    let remarks = cells.flatMap { cell in
      cell.problems.map { "- \(cell.id): **\($0)**" } + cell.notes.map { "- \(cell.id): \($0)" }
    }
    if !remarks.isEmpty { parts.append(remarks.joined(separator: "\n")) }
    parts.append(settings(cells))
    return parts.joined(separator: "\n\n")
  }

  /// The picture of the tier, and which cells are not in it.
  private static func picture(_ section: LedgerSection, _ cells: [CapCell]) -> String {
    let missing = cells.filter { !TierPicture.shows($0) }.map { "`\($0.id)`" }
    var text = ""
    if missing.count < cells.count {
      text = "![\(TierPicture.title(section.title))](\(section.picture))"
    }
    if !missing.isEmpty {
      text +=
        (text.isEmpty ? "" : "\n\n")
        + "Not drawn, for want of counts by the second: \(missing.joined(separator: ", "))."
    }
    return text
  }

  static func who(_ side: CapCell.Side) -> String {
    side.nodes == 0 ? "\(side.name) (no node)" : "\(side.name) (\(counted(side.nodes, "node")))"
  }

  private static func share(_ share: Double?) -> String { share.map(percent) ?? "-" }

  static func stale(_ side: CapCell.Side, _ workload: CapRecord.Workload) -> String {
    switch workload {
    case .queue, .bank: "-"
    case .register, .set:
      side.staleReads == 0
        ? "0 of \(side.reads)" : "\(side.staleReads) of \(side.reads), up to \(seconds(side.stalestSeconds))"
    }
  }

  static func stale(_ cell: CapCell) -> String {
    switch cell.workload {
    case .queue, .bank: "-"
    case .register, .set:
      cell.staleReads == 0 ? "0" : "\(cell.staleReads), up to \(seconds(cell.stalestSeconds))"
    }
  }

  static func word(_ verdict: Verdict?) -> String {
    switch verdict {
    case .holds: "yes"
    case .violated: "**no**"
    case .unknown: "?"
    case nil: "-"
    }
  }

  /// What the workload shows besides lost and stale.
  private static func order(_ cell: CapCell) -> String {
    var words: [String] = []
    if let linearizable = cell.linearizable { words.append("linearizable: \(word(linearizable))") }
    if let duplicates = cell.duplicates { words.append(counted(duplicates, "duplicate")) }
    if let outOfOrder = cell.outOfOrder { words.append("\(outOfOrder) out of order") }
    if cell.workload == .bank { words.append("\(cell.wrongSums) of \(counted(cell.sums, "sum")) wrong") }
    if cell.inventedValues > 0 { words.append("**\(counted(cell.inventedValues, "invented value"))**") }
    return words.joined(separator: ", ")
  }

  static func recovery(_ cell: CapCell) -> String {
    cell.sides.map { "\($0.name) \(seconds($0.recovery))" }.joined(separator: ", ")
  }

  private static func promise(_ cell: CapCell) -> String {
    guard let promise = cell.promise else { return "none" }
    let text = "\(seconds(promise.seconds))"
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
  private static func settings(_ cells: [CapCell]) -> String {
    var seen: [String] = []
    for setting in cells.flatMap(\.settings) {
      let text = "`\(setting.name)` = `\(setting.value)`"
      if !seen.contains(text) { seen.append(text) }
    }
    var formulas: [String] = []
    for promise in cells.compactMap(\.promise) {
      let text = "\(promise.formula) = \(seconds(promise.seconds))"
      if !formulas.contains(text) { formulas.append(text) }
    }
    let live = seen.isEmpty ? "Live settings: none recorded." : "Live settings: \(seen.joined(separator: ", "))."
    return formulas.isEmpty ? live : live + "\n\nPromise: " + formulas.joined(separator: "; ") + "."
  }
}
