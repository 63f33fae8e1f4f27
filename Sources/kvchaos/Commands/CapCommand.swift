import ArgumentParser
import CapLedger
import CapRuns
import ChaosPlan
import Foundation
import Orchestrator
import Stack

extension CapTier: ExpressibleByArgument {}

/// `kvchaos cap`
struct CapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cap",
    abstract: "Measure what each tier does under faults, with clients on every side, and write the CAP ledger.",
    discussion: """
      Runs the cells of chaos/cap that have not been run, on the real stack, and writes results/CAP.md and \
      results/cap.json after each: the same command continues where an earlier one ended. One ledger has both flavours \
      of the SQL tier: results of the other flavour are kept. docs/cap.md explains the words.

      Exit status: 0 held (nothing is worse than in --against), 1 a guarantee got worse, 2 cells are missing, 65 a \
      plan, a record or a ledger has errors, 69 the stack or an image is not available, 70 internal fault, 130 \
      interrupted (after healing).
      """)

  @Option(
    help: ArgumentHelp("Only the cells of this tier: redis, rabbitmq, sql, store (may be repeated).", valueName: "tier")
  )
  var tier: [CapTier] = []

  @Option(
    help: ArgumentHelp(
      "Only this cell, or cells with this prefix, such as sql-plain (may be repeated).", valueName: "name"))
  var cell: [String] = []

  @Flag(help: "Discard earlier results of these cells, and measure all of them again.")
  var again = false

  @Option(help: .duration("Stop starting new cells after this time (e.g. 9m)."), transform: DurationOption.parse)
  var within: Duration?

  @Option(help: "Replay the traffic and the choices of a cell with this seed (further cells use the seeds after it).")
  var seed: UInt64?

  @Flag(help: "List the cells and whether they have been run, and do nothing.")
  var list = false

  @Flag(help: "Run no cell: judge the existing records.")
  var judgeOnly = false

  @Option(help: ArgumentHelp("Report what changed since this ledger (an older cap.json).", valueName: "file"))
  var against: String?

  @Option(help: ArgumentHelp("Where results go (default: results in the repository).", valueName: "folder"))
  var results: String?

  @Flag(help: "Print the ledger as JSON.")
  var json = false

  func validate() throws {
    if judgeOnly, again || within != nil || seed != nil || !tier.isEmpty || !cell.isEmpty {
      throw ValidationError("--judge-only runs nothing: it takes no --tier, --cell, --again, --within or --seed")
    }
  }

  func run() async throws {
    let configuration = try StackConfiguration.current()
    // First: --against may name the very file that is written below.
    let old = try against.map { try Ledger(path: $0) }
    let folder = CapFolder(root: results ?? configuration.resultsFolder)
    if judgeOnly {
      let ledger = try folder.ledger()
      try folder.write(ledger)
      return try report(ledger, against: old, owed: [])
    }
    let asked = try cells(Self.all(configuration))
    let known = try folder.ledger().cells.map(CapAgenda.Known.init)
    let stack = Stack(configuration)
    // To list them needs no stack, and no image.
    let flavour =
      list
      ? await stack.flavourIfKnown() ?? .patroni
      : try await stack.flavourToBe { step in
        if case .note(let text) = step { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
      }
    let agenda = CapAgenda(asked, on: flavour, known: known)
    if list {
      for entry in agenda.entries { print("\(entry.standing.rawValue)\t\(entry.id)") }
      return
    }
    for reason in agenda.leftOut { FileHandle.standardError.write(Data("left out: \(reason)\n".utf8)) }
    let forgotten = agenda.forgotten(again: again, isWhole: tier.isEmpty && cell.isEmpty)
    let owed = try await run(agenda.due(again: again), on: flavour, forgetting: forgotten, configuration, folder)
    let ledger = try folder.ledger()
    try folder.write(ledger)
    try report(ledger, against: old, owed: owed)
  }

  /// The cells of chaos/cap, the tiers from the bottom up.
  private static func all(_ configuration: StackConfiguration) throws -> [CapPlanCell] {
    let target = configuration.planTarget
    let plans = try PlanFile.paths(in: "\(configuration.home)/chaos/cap").map {
      try CapPlanParser.plan(path: $0, target: target)
    }
    return CapTier.allCases.flatMap { tier in plans.filter { $0.tier == tier }.flatMap(\.cells) }
  }

  /// The cells that are asked for.
  private func cells(_ all: [CapPlanCell]) throws -> [CapPlanCell] {
    func means(_ word: String, _ name: String) -> Bool { name == word || name.hasPrefix("\(word)-") }
    for word in cell where !all.contains(where: { means(word, $0.name) }) {
      throw ValidationError("there is no cell \(word); `kvchaos cap --list` names them")
    }
    return all.filter { wanted in
      (tier.isEmpty || tier.contains(wanted.tier)) && (cell.isEmpty || cell.contains { means($0, wanted.name) })
    }
  }

  /// - Parameter forgotten: cells that are taken out of the ledger, but not before the stack is there to measure them
  ///   again.
  /// - Returns: the cells that have no record in the end.
  private func run(
    _ cells: [CapPlanCell], on flavour: SQLFlavour, forgetting forgotten: [String],
    _ configuration: StackConfiguration, _ folder: CapFolder
  ) async throws -> [String] {
    guard !cells.isEmpty else { return [] }
    let console = ConsoleProgress()
    defer { console.finish() }
    let series = CapSeries(
      configuration: configuration, folder: "\(folder.root)/cap", seed: seed, catchesSignals: true,
      progress: console.show)
    return try await series.run(cells, on: flavour, until: within.map { .now + $0 }) {
      if !forgotten.isEmpty { try folder.forget(forgotten) }
    } each: { cell, outcome in
      switch outcome {
      case .recorded(let record, _):
        let ledger = try folder.ledger(judging: [record.id])
        try folder.write(ledger)
        for judged in ledger.cells where judged.id == record.id { console.show(.note("   \(judged.summary)")) }
      case .failed(let reason):
        console.show(.note("   \(cell.name) could not be run: \(reason)"))
      }
    }
  }

  private func report(_ ledger: Ledger, against old: Ledger?, owed: [String]) throws {
    let comparison = old.map { LedgerComparison(from: $0, to: ledger) }
    if json {
      print(ledger.json, terminator: "")
    } else {
      for label in ledger.labels { print("\(label.words): \(label.label.rawValue) (\(label.because))") }
      for claim in ledger.claims { print("\"\(claim.claim)\": \(claim.answer.rawValue)") }
    }
    // Beside JSON on standard output, for people.
    func say(_ text: String) {
      if json { FileHandle.standardError.write(Data(text.utf8)) } else { print(text, terminator: "") }
    }
    if let comparison { say(comparison.text) }
    if !owed.isEmpty { say("\(owed.count) cells are missing: \(owed.joined(separator: ", "))\n") }
    if comparison?.isWorse == true { throw ExitCode(1) }
    if !owed.isEmpty { throw ExitCode(2) }
  }
}
