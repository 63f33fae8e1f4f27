import ArgumentParser
import Consistency
import Foundation
import History

/// `kvchaos check HISTORY`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Hold a recorded history against what a store promises.",
    discussion: """
      Reads kvchaos JSON Lines, Jepsen's EDN operation maps and Jepsen's text log, plain or compressed by gzip or zstd; \
      which one it is shows in the content. Checks linearizability key by key, and what is always decided: lost \
      acknowledged writes, reads of values never written, stale reads, duplicates, broken order, session guarantees, \
      convergence.

      Exit status: 0 everything held, 1 something is violated, 2 undecided within the limits, 64 usage, 65 the input is \
      no history.
      """)

  @Argument(help: "The history; - is standard input.", completion: .file())
  var history = "-"

  @Option(help: "The object: \(Model.allCases.map(\.rawValue).joined(separator: ", ")). (default: from the operations)")
  var model: Model?

  @Option(
    help: """
      What a failed cas means: not-done, it certainly did not happen; or saw-another, it saw another value than it \
      expected. (default: saw-another for Jepsen's text log, not-done elsewhere)
      """)
  var failMeans: CheckOptions.FailedCas?

  @Option(help: "Seconds after which what is undecided is unknown.")
  var timeout: Double?

  @Option(help: "Memory past which what is undecided is unknown, e.g. 200M or 2G.")
  var memory: MemorySize?

  @Option(help: "Seconds by which a cached read may be behind; older ones are violations. (default: any)")
  var cacheTTL: Double?

  @Option(help: "Threads to use. (default: one a core)")
  var threads: Int?

  @Flag(help: "Print the report as JSON.")
  var json = false

  @Option(help: "Also write a self-contained page with the operations on a time axis.", completion: .file())
  var html: String?

  func validate() throws {
    if let timeout, !(timeout > 0) { throw ValidationError("--timeout has to be more than 0 seconds") }
    if let threads, threads < 1 { throw ValidationError("--threads has to be at least 1") }
    if let cacheTTL, cacheTTL < 0 { throw ValidationError("--cache-ttl cannot be negative") }
    if html != nil, history == "-" { throw ValidationError("--html reads the history again: give a file, not -") }
  }

  func run() throws {
    let checker = ConsistencyChecker(
      options: CheckOptions(
        model: model, failedCas: failMeans, timeout: timeout.map { .seconds($0) }, memoryLimitBytes: memory?.bytes,
        threads: threads, cacheTimeToLive: cacheTTL.map { .seconds($0) }))
    let name = history == "-" ? "standard input" : history
    let report: ConsistencyReport
    do {
      report = try checker.check(path: history)
    } catch let error as HistoryError {
      throw Self.badInput("\(error)")
    } catch let error as ConsistencyError {
      throw Self.badInput("\(name): \(error)")
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      FileHandle.standardOutput.write(try encoder.encode(report) + Data("\n".utf8))
    } else {
      print(ReportText(report, name: name).description)
    }
    if let html {
      // The verdict is printed by now, and stays the exit status where it is a violation.
      do {
        let page = TimelinePage(report, timeline: try checker.timeline(path: history, report: report), name: name)
        try Data(page.html.utf8).write(to: URL(fileURLWithPath: html))
      } catch {
        let reason = (error as? CocoaError)?.localizedDescription ?? "\(error)"
        FileHandle.standardError.write(Data("kvchaos: cannot write the page \(html): \(reason)\n".utf8))
        if report.verdict != .violated { throw ExitCode(64) }
      }
    }
    switch report.verdict {
    case .holds: break
    case .violated: throw ExitCode(1)
    case .unknown: throw ExitCode(2)
    }
  }

  /// EX_DATAERR, with the reason on standard error.
  private static func badInput(_ reason: String) -> ExitCode {
    FileHandle.standardError.write(Data("kvchaos: \(reason)\n".utf8))
    return ExitCode(65)
  }
}

/// An amount of memory as people write it: `200M`, `2G`, `1500000`.
struct MemorySize: ExpressibleByArgument {
  var bytes: Int

  init?(argument: String) {
    var digits = argument.uppercased()[...]
    if digits.hasSuffix("B") { digits = digits.dropLast() }
    if digits.hasSuffix("I") { digits = digits.dropLast() }
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = digits.last.flatMap { units[$0] }
    if unit != nil { digits = digits.dropLast() }
    guard let number = Double(digits), number > 0, number.isFinite else { return nil }
    bytes = Int(number * Double(unit ?? 1))
  }
}

extension Model: ExpressibleByArgument {}
extension CheckOptions.FailedCas: ExpressibleByArgument {}
