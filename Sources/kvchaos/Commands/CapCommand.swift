import ArgumentParser
import CapLedger
import Foundation
import Stack

/// `kvchaos cap`
struct CapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cap",
    abstract: "Measure what each tier does under faults, and write the CAP ledger.",
    discussion: """
      Judges the records of cells in results/cap and writes results/CAP.md and results/cap.json. What the words mean: docs/cap.md.

      Exit status: 0 held (nothing is worse than in --against), 1 a guarantee got worse, 65 a record or a ledger is wrong, \
      69 the stack or Docker is not there, 70 internal fault, 130 interrupted (after healing).
      """)

  @Flag(help: "Run no cell: judge the records that are there.")
  var judgeOnly = false

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
    let ledger = try folder.ledger()
    try folder.write(ledger)
    try report(ledger, against: old)
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
