import ArgumentParser
import CapLedger
import CapRuns
import ChaosPlan
import Foundation
import Orchestrator
import Stack

/// `kvchaos cap`
struct CapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cap",
    abstract: "Measure what each tier does under faults, and write the CAP ledger.",
    discussion: """
      Runs the cells of the plans in chaos/cap, one after another, on the stack as it stands (it is brought up if it is not): \
      clients in containers on each side, a fault, the heal, final reads; those that have a record already are left out. \
      Judges the records in results/cap after each, and writes results/CAP.md and results/cap.json. What the words mean: docs/cap.md.

      Exit status: 0 held (nothing is worse than in --against), 1 a guarantee got worse, 65 a record or a ledger is wrong, \
      69 the stack or Docker is not there, 70 internal fault, 130 interrupted (after healing).
      """)

  @Option(
    help: ArgumentHelp(
      "Only this cell, or those whose names begin so (may be repeated): sql-plain, redis-plain-register-split.",
      valueName: "cell"))
  var cell: [String] = []

  @Option(help: "Only the cells of this tier: \(CapTier.allCases.map(\.rawValue).joined(separator: ", ")).")
  var tier: CapTier?

  @Flag(help: "Run cells that have a record already, too.")
  var again = false

  @Flag(help: "Run no cell: judge the records that are there.")
  var judgeOnly = false

  @Flag(help: "List the cells, and do nothing.")
  var list = false

  @Option(help: "Replay the traffic and the choices of an earlier run.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Begin no further cell after so long, like 9m.", valueName: "duration"))
  var within: Span?

  @Option(help: ArgumentHelp("Say what changed since this ledger (an older cap.json).", valueName: "file"))
  var against: String?

  @Option(help: ArgumentHelp("Where results go (default: results in the repository).", valueName: "folder"))
  var results: String?

  @Flag(help: "Print the ledger as JSON.")
  var json = false

  func run() async throws {
    // First: --against may name the very file that is written below.
    let old = try against.map { try Ledger(path: $0) }
    let folder = CapFolder(root: try results ?? StackConfiguration.current().home + "/results")
    if list || !judgeOnly {
      let chosen = try chosenCells(folder)
      guard !list else {
        for cell in chosen { print(cell.name) }
        return
      }
      if !chosen.isEmpty { try await run(chosen, folder) }
    }
    let ledger = try folder.ledger()
    try folder.write(ledger)
    try report(ledger, against: old)
  }

  /// The cells of chaos/cap that the arguments name, in the order of the files.
  private func chosenCells(_ folder: CapFolder) throws -> [CapPlanCell] {
    let plans = "\(try StackConfiguration.current().home)/chaos/cap"
    let all = try PlanFile.paths(in: plans).flatMap { try CapPlanParser.plan(path: $0).cells }
    for name in cell where !all.contains(where: { Self.means(name, $0.name) }) {
      throw ValidationError("there is no cell \(name); `kvchaos cap --list` names them")
    }
    let recorded = again || list ? [] : Set(folder.recorded)
    return all.filter { planned in
      !recorded.contains(planned.name) && (tier.map { $0 == planned.tier } ?? true)
        && (cell.isEmpty || cell.contains { Self.means($0, planned.name) })
    }
  }

  /// A name means itself and all that go on after a hyphen.
  private static func means(_ word: String, _ name: String) -> Bool { name == word || name.hasPrefix("\(word)-") }

  /// Runs cells, and judges each when it has ended, so that an interruption costs no more than the cell that it met.
  private func run(_ cells: [CapPlanCell], _ folder: CapFolder) async throws {
    let console = ConsoleProgress()
    defer { console.finish() }
    let series = CapSeries(
      configuration: try StackConfiguration.current(), folder: "\(folder.root)/cap", seed: seed, catchesSignals: true,
      progress: console.show)
    let owed = try await series.run(cells, until: within.map { .now + $0.duration }) { cell, outcome in
      switch outcome {
      case .failed(let reason): console.show(.note("\(cell.name) could not be run: \(reason)"))
      case .recorded(let record, _):
        for problem in record.problems { console.show(.note("\(cell.name): \(problem)")) }
        try folder.write(try folder.ledger())
      }
    }
    if !owed.isEmpty {
      console.show(.note("\(owed.count) cells are still owed; the same command without --again goes on"))
    }
  }

  private func report(_ ledger: Ledger, against old: Ledger?) throws {
    let comparison = old.map { LedgerComparison(from: $0, to: ledger) }
    if json {
      print(ledger.json, terminator: "")
    } else {
      for label in ledger.labels {
        print("\(label.words): \(label.label.rawValue) (\(label.because))")
      }
      for claim in ledger.claims { print("\"\(claim.claim)\": \(claim.answer.rawValue)") }
    }
    guard let comparison else { return }
    // Beside JSON on standard output, for people.
    json
      ? FileHandle.standardError.write(Data(comparison.text.utf8)) : print(comparison.text, terminator: "")
    if comparison.isWorse { throw ExitCode(1) }
  }
}

extension CapTier: ExpressibleByArgument {}
