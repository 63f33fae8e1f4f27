import Foundation

/// Jepsen's logs of etcd: whole program runs against the start of the program.
extension Bench {
  private struct Log {
    var path: String
    var holds: Bool
    var name: String { (path as NSString).lastPathComponent }
  }

  func printLogs() throws -> Bool {
    guard let logs, let known = try? Self.known(in: logs), !known.isEmpty else {
      Self.say("skipped: give a folder with the logs and their verdicts.tsv by --logs")
      return true
    }
    var runs: [(log: Log, run: Measurement)] = []
    for log in known {
      runs.append((log, try Measurement.median(of: Self.runs, running: [checker, "check", log.path])))
    }
    let wrong = runs.filter { $0.run.status != ($0.log.holds ? 0 : 1) }
    runs.sort { $0.run.seconds > $1.run.seconds }
    Self.head("log", "verdict", "median of 5", "of the program's start", "peak memory", "limit")
    for (log, run) in runs.prefix(3) { row(log.name, run) }
    if let middle = runs.dropFirst(runs.count / 2).first {
      row("the median, \(middle.log.name)", middle.run)
    }
    Self.say("\n\(runs.count) logs, \(wrong.count) verdicts wrong: \(wrong.map(\.log.name))")
    let isFast = runs.allSatisfy { $0.run.seconds <= 2 * start.seconds }
    return wrong.isEmpty && isFast
  }

  private func row(_ name: String, _ run: Measurement) {
    let factor = run.seconds / start.seconds
    Self.row(
      name, Self.verdict(run.status), Self.milliseconds(run.seconds), String(format: "%.2f x", factor),
      "\(run.peakBytes >> 20) MB", factor > 2 ? "2 x MISSED" : "2 x")
  }

  private static func known(in folder: String) throws -> [Log] {
    let table = try String(contentsOfFile: "\(folder)/verdicts.tsv", encoding: .utf8)
    return table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t")
      guard fields.count == 2, fields[0].hasSuffix(".log") else { return nil }
      return Log(path: "\(folder)/\(fields[0])", holds: fields[1] == "true")
    }
  }
}
