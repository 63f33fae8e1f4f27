import Foundation
import History

/// `kvchaos-bench CHECKER [--quick] [--only WORD] [--logs FOLDER]`: generates histories, measures
/// `CHECKER check` on them in whole program runs, and prints a table for each promise. Exit status 1: a promise is not
/// kept.
@main
struct Bench {
  /// The program that is measured.
  let checker: String
  /// Leaves out what takes minutes.
  let isQuick: Bool
  /// Jepsen logs of etcd with their `verdicts.tsv`.
  let logs: String?
  let folder: URL
  /// The start of the program, its work left out.
  let start: Measurement

  static let runs = 5

  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    func option(_ name: String) -> String? {
      guard let place = arguments.firstIndex(of: name), place + 1 < arguments.endIndex else { return nil }
      let value = arguments[place + 1]
      arguments.removeSubrange(place...(place + 1))
      return value
    }
    let (logs, only) = (option("--logs"), option("--only"))
    guard let checker = arguments.popFirst(), arguments.allSatisfy({ $0 == "--quick" }) else {
      say("usage: kvchaos-bench CHECKER [--quick] [--only WORD] [--logs FOLDER]")
      exit(64)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kvchaos-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bench = Bench(
      checker: checker, isQuick: arguments.contains("--quick"), logs: logs, folder: folder,
      start: try Measurement.median(of: 21, running: [checker, "--version"]))
    say("Start of the program: \(milliseconds(bench.start.seconds)), \(bench.start.peakBytes >> 20) MB.\n")
    var missed: [String] = []
    for (title, table) in bench.tables where only.map(title.localizedCaseInsensitiveContains) ?? true {
      say(title)
      if try !table() { missed.append(title) }
      say("")
    }
    for title in missed { say("MISSED: \(title)") }
    // Not `exit` before the folder is gone.
    if !missed.isEmpty {
      try? FileManager.default.removeItem(at: folder)
      exit(1)
    }
  }

  /// Each prints itself and says whether every promise in it is kept.
  private var tables: [(title: String, print: () throws -> Bool)] {
    [
      ("Histories on which other checkers give up", printHistories), ("Jepsen's logs of etcd", printLogs),
      ("Growth", printGrowth), ("Limits kept, on histories made to exhaust a checker", printLimits),
      ("Checked while the run goes on", printOnline),
    ]
  }

  /// A history to check, in a file that the next one overwrites.
  func generate(_ generator: HistoryGenerator) throws -> String {
    let path = folder.appendingPathComponent("history.jsonl").path
    let file = try HistoryFile(path: path)
    let placed = try generator.run { try file.append($0) }
    try file.close()
    precondition(placed == generator.stale, "could place only \(placed) of \(generator.stale) stale reads")
    return path
  }

  // MARK: Words

  /// Prints a line at once, also into a pipe.
  static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  static func row(_ cells: String...) { say("| " + cells.joined(separator: " | ") + " |") }

  static func head(_ cells: String...) {
    say("| " + cells.joined(separator: " | ") + " |\n|" + String(repeating: "---|", count: cells.count))
  }

  static func milliseconds(_ seconds: Double) -> String {
    seconds < 0.0095
      ? String(format: "%.2f ms", seconds * 1000)
      : seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : String(format: "%.2f s", seconds)
  }
}
