import ArgumentParser
import Consistency
import Escaping
import Failures
import Foundation
import History
import PrettyJSON

/// `kvchaos check HISTORY`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a recorded history against the promises of a store.",
    discussion: """
      Reads kvchaos JSON Lines, a JSON array, Jepsen's EDN operation maps, log, history.txt and test.jepsen, plain or \
      compressed by gzip or zstd; it detects the format from the content. Checks linearizability key by key, and what \
      is always decided: lost acknowledged writes, reads of values never written, stale reads, duplicates, broken \
      order, session guarantees, convergence.

      Exit status: 0 everything held, 1 something is violated, 2 undecided within the limits, 64 usage, 65 the input \
      is no history.
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

  @Option(
    help: .duration("Time limit, after which the rest is unknown, e.g. 60s or 500ms; a bare number is seconds."),
    transform: DurationOption.parse)
  var timeout: Duration?

  @Option(help: "Memory limit, beyond which the rest is unknown, e.g. 200M or 2G.")
  var memory: MemorySize?

  @Option(
    help: .duration(
      "Greatest allowed age of a cached read, e.g. 60s or 500ms; older ones are violations. (default: any)"),
    transform: DurationOption.parse)
  var cacheTTL: Duration?

  @Option(
    help: """
      What a value of two elements is: tuple, a key and its value; or none, a value. (default: tuple where the history \
      shows it)
      """)
  var keys: ValueKeys?

  @Option(
    help: "Initial value of the object, e.g. 0, nil or \"a\". (default: absent; of a counter 0)")
  var initial: InitialValue?

  @Flag(help: "Ignore the content of write answers: they only say that the write was done.")
  var ignoreAnswers = false

  @Option(help: "Threads to use. (default: one a core)")
  var threads: Int?

  @Flag(help: "Print the report as JSON.")
  var json = false

  @Option(help: "Also write a self-contained page with the operations on a time axis.", completion: .file())
  var html: String?

  func validate() throws {
    if let timeout, timeout <= .zero { throw ValidationError("--timeout must be more than 0 seconds") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be between 1 and 1024") }
    if html != nil, ReplayFile.isNeeded(for: history) {
      throw ValidationError("--html reads the history again: give a file, not \(history == "-" ? "-" : "a pipe")")
    }
  }

  func run() throws {
    let checker = ConsistencyChecker(
      options: CheckOptions(
        model: model, failedCas: failMeans, timeout: timeout, memoryLimitBytes: memory?.bytes,
        threads: threads, cacheTimeToLive: cacheTTL, keys: keys,
        initial: initial?.value, ignoresAnswers: ignoreAnswers))
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
      print(try PrettyJSON.text(report))
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

  /// The exit status of bad input, with the reason on standard error.
  private static func badInput(_ reason: String) -> ExitCode {
    FileHandle.standardError.write(Data("kvchaos: \(Escaping.plain(reason))\n".utf8))
    return ExitCode(FailureCategory.badInput.exitStatus)
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
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
      return nil
    }
    let bytes = (number * Double(unit ?? 1)).rounded()
    guard bytes >= 1, bytes < 0x1p53 else { return nil }
    self.bytes = Int(bytes)
  }
}

/// A value as a history has it: `0`, `"a"`, `:a`, `nil`.
struct InitialValue: ExpressibleByArgument {
  var value: Value

  init?(argument: String) {
    guard let value = Value(notation: argument) else { return nil }
    self.value = value
  }
}

extension Model: ExpressibleByArgument {}
extension CheckOptions.FailedCas: ExpressibleByArgument {}
extension ValueKeys: ExpressibleByArgument {}
