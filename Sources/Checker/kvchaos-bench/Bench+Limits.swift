import Consistency
import Foundation
import History

/// Whether `--timeout` and `--memory` are kept, and how soon after a run its verdict is there.
extension Bench {
  private static let tolerance = 1.1

  func printLimits() throws -> Bool {
    Self.head("history", "limit", "verdict", "time, the longest of 3", "peak memory, the largest of 3", "kept")
    var isGood = true
    for adversary in Adversary.all {
      let path = folder.appendingPathComponent("history.jsonl").path
      try adversary.write(to: path)
      let command = [checker, "check", "--model", adversary.model, path]
      for limit in [Limit(seconds: 1), Limit(seconds: 10, megabytes: 150)] {
        isGood = try measure(adversary.name, limit, command) && isGood
      }
    }
    let path = try generate(HistoryGenerator(operations: 1_000_000, clients: 50, keys: 1, deleteShare: 0.05))
    for limit in [Limit(seconds: 0.3), Limit(seconds: 0.8), Limit(seconds: 1.2), Limit(seconds: 20, megabytes: 100)] {
      isGood = try measure("a million operations, 1 key, deletes", limit, [checker, "check", path]) && isGood
    }
    // Two keys that fit one after the other, and not together.
    let two = try generate(HistoryGenerator(operations: 1_000_000, clients: 50, keys: 2, deleteShare: 0.05))
    isGood =
      try measure(
        "a million operations, 2 keys, deletes", Limit(seconds: 20, megabytes: 220), [checker, "check", two]) && isGood
    return isGood
  }

  private struct Limit {
    var seconds: Double
    var megabytes: Int?
  }

  private func measure(_ name: String, _ limit: Limit, _ command: [String]) throws -> Bool {
    var command = command + ["--timeout", "\(limit.seconds)"]
    if let megabytes = limit.megabytes { command += ["--memory", "\(megabytes)M"] }
    var worst: Measurement?
    for _ in 0..<3 {
      let run = try Measurement(running: command)
      worst = worst.map { $0.merged(with: run) } ?? run
    }
    guard let worst else { return false }
    let isKept =
      worst.seconds <= limit.seconds * Self.tolerance + start.seconds
      && Double(worst.peakBytes) <= Double(limit.megabytes ?? .max) * Double(1 << 20) * Self.tolerance
    let text = limit.megabytes.map { "\($0) MB" } ?? Self.milliseconds(limit.seconds)
    Self.row(
      name, text, Self.verdict(worst.status), Self.milliseconds(worst.seconds), "\(worst.peakBytes >> 20) MB",
      isKept ? "yes" : "MISSED")
    return isKept
  }

  /// From the last event to the verdict, the checker being fed by the writer as it is in a run.
  func printOnline() throws -> Bool {
    Self.head("run", "verdict", "an event recorded in, with the checker", "from the last event to the verdict", "limit")
    var isGood = true
    for (name, deletes, levels) in [
      ("1 000 000 operations, 1000 keys", 0.0, false),
      ("the same with 5 % deletes, queued writes, cached reads", 0.05, true),
    ] {
      let path = folder.appendingPathComponent("history.jsonl").path
      let online = OnlineChecker()
      let writer = try HistoryWriter(path: path, observer: online.record)
      let generator = HistoryGenerator(
        operations: 1_000_000, clients: 100, keys: 1000, deleteShare: deletes, unknownShare: 0.01)
      let start = ContinuousClock.now
      _ = try generator.run { event in
        var event = event
        if levels { event.level = event.function == "get" ? "cache" : "queued" }
        _ = try writer.append(event)
      }
      let last = ContinuousClock.now
      let report = try online.report()
      let seconds = (ContinuousClock.now - last) / .seconds(1)
      // Queued writes without a final read leave lost writes unknown, as they have to.
      let verdict = report[.linearizability]?.verdict ?? .unknown
      let isKept = verdict == .holds && report.verdict != .violated && seconds <= 1
      isGood = isGood && isKept
      Self.row(
        name, Self.verdict(verdict == .holds ? 0 : 1),
        String(format: "%.1f µs", (last - start) / .microseconds(1) / Double(report.events)),
        Self.milliseconds(seconds), isKept ? "1 s" : "1 s MISSED")
    }
    return isGood
  }
}
