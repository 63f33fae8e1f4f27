import Foundation
import History

/// `kvchaos-bench CHECKER [--quick]`: generates histories and measures `CHECKER check` on them, whole program runs.
@main
enum Bench {
  private struct Row {
    var name: String
    var generator: HistoryGenerator
    /// What the check has to exit with.
    var status: Int32
    var limitSeconds: Double?
    var limitMegabytes: Int?
  }

  static func main() throws {
    guard CommandLine.arguments.count > 1 else {
      say("usage: kvchaos-bench CHECKER [--quick]")
      exit(64)
    }
    let checker = CommandLine.arguments[1]
    let isQuick = CommandLine.arguments.contains("--quick")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kvchaos-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let start = try Measurement.median(of: 5, running: [checker, "--version"])
    say("start of the program: \(milliseconds(start.seconds))\n")
    var isGood = try measure(table, title: "Histories of the issue's table", checker, in: folder)
    isGood = try measure(isQuick ? Array(growth.prefix(3)) : growth, title: "Growth", checker, in: folder) && isGood
    if !isGood { exit(1) }
  }

  private static let table: [Row] = [
    Row(
      name: "20 k, 10 clients, 1 key", generator: make(20_000, 10, 1), status: 0, limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "100 k, 10 clients, 1 key", generator: make(100_000, 10, 1), status: 0, limitSeconds: 1, limitMegabytes: 200
    ),
    Row(
      name: "20 k, 30 clients, 1 key", generator: make(20_000, 30, 1), status: 0, limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "1 M, 100 clients, 1000 keys, 1 % unknown", generator: make(1_000_000, 100, 1000, unknown: 0.01), status: 0,
      limitSeconds: 1.5, limitMegabytes: 500),
    Row(
      name: "20 k, 20 clients, 5 keys, 5 % unknown, stale", generator: make(20_000, 20, 5, unknown: 0.05, stale: 1),
      status: 1, limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "5 k, 20 clients, 1 key, 5 % unknown", generator: make(5000, 20, 1, unknown: 0.05), status: 0,
      limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "20 k, 20 clients, 2 keys, deletes, stale",
      generator: make(20_000, 20, 2, unknown: 0.02, deletes: 0.1, stale: 1), status: 1, limitSeconds: 1,
      limitMegabytes: 200),
  ]

  private static let growth: [Row] = [10_000, 100_000, 1_000_000, 10_000_000].flatMap { count in
    [
      Row(
        name: "\(count) operations, 100 keys", generator: make(count, 50, 100, unknown: 0.001), status: 0,
        limitSeconds: count == 10_000_000 ? 15 : nil),
      Row(
        name: "\(count) operations, 100 keys, deletes", generator: make(count, 50, 100, unknown: 0.001, deletes: 0.05),
        status: 0),
    ]
  }

  private static func make(
    _ operations: Int, _ clients: Int, _ keys: Int, unknown: Double = 0, deletes: Double = 0, stale: Int = 0
  ) -> HistoryGenerator {
    HistoryGenerator(
      operations: operations, clients: clients, keys: keys, deleteShare: deletes, unknownShare: unknown, stale: stale)
  }

  private static func measure(_ rows: [Row], title: String, _ checker: String, in folder: URL) throws -> Bool {
    say("\(title)\n| history | exit | median of 5 | processor time | peak memory | limit |\n|---|---|---|---|---|---|")
    var isGood = true
    for row in rows {
      let file = folder.appendingPathComponent("history.jsonl").path
      try generate(row.generator, to: file)
      let run = try Measurement.median(of: 5, running: [checker, "check", file])
      let isFast = run.seconds <= row.limitSeconds ?? .infinity
      let isSmall = run.peakBytes >> 20 <= row.limitMegabytes ?? .max
      let isRight = run.status == row.status
      isGood = isGood && isFast && isSmall && isRight
      var limit = row.limitSeconds.map { "\($0) s" } ?? "-"
      if let megabytes = row.limitMegabytes { limit += ", \(megabytes) MB" }
      if !(isFast && isSmall) { limit += " MISSED" }
      say(
        "| \(row.name) | \(run.status)\(isRight ? "" : " WRONG, not \(row.status)") | \(milliseconds(run.seconds)) "
          + "| \(milliseconds(run.processorSeconds)) "
          + "| \(run.peakBytes >> 20) MB | \(limit) |")
    }
    say("")
    return isGood
  }

  private static func generate(_ generator: HistoryGenerator, to path: String) throws {
    let file = try HistoryFile(path: path)
    let placed = try generator.run { try file.append($0) }
    try file.close()
    precondition(placed == generator.stale, "could place only \(placed) of \(generator.stale) stale reads")
  }

  /// Prints a line at once, also into a pipe.
  private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  private static func milliseconds(_ seconds: Double) -> String {
    seconds < 10 ? "\(Int((seconds * 1000).rounded())) ms" : String(format: "%.1f s", seconds)
  }
}
