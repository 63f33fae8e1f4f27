import Consistency
import Foundation

/// Generated histories: what others give up on, and how time and memory grow.
extension Bench {
  private struct Row {
    var name: String
    var generator: HistoryGenerator
    /// What the check has to exit with.
    var status: Int32
    var limitSeconds: Double?
    var limitMegabytes: Int?
  }

  func printHistories() throws -> Bool {
    Self.head("history", "verdict", "median of 5", "processor time", "peak memory", "limit")
    return try Self.histories.reduce(true) { try measure($1).isKept && $0 }
  }

  /// Time may grow as n log n does, memory hardly where the history is decided while it is read.
  func printGrowth() throws -> Bool {
    Self.head("history", "verdict", "median of 5", "processor time", "peak memory", "limit")
    var isGood = true
    for (name, deletes) in [("reads and writes", 0.0), ("with 5 % deletes, held as a whole", 0.05)] {
      var last: (count: Double, run: Measurement)?
      for count in [10_000, 100_000, 1_000_000, 10_000_000].prefix(isQuick ? 3 : 4) {
        let row = Row(
          name: "\(Self.grouped(count)) operations, \(name)",
          generator: HistoryGenerator(
            operations: count, clients: 50, keys: 100, deleteShare: deletes, unknownShare: 0.001),
          status: 0, limitSeconds: count == 10_000_000 && deletes == 0 ? 15 : nil)
        let (isKept, run) = try measure(row)
        isGood = isGood && isKept
        if let last {
          let growth = run.seconds / last.run.seconds
          let allowed = Double(count) * log(Double(count)) / (last.count * log(last.count))
          // What the clock and the caches add.
          if growth > allowed * 1.3 {
            Self.say("| MISSED: \(growth) times as long, n log n is \(allowed) | | | | | |")
            isGood = false
          }
          if deletes == 0, run.peakBytes > last.run.peakBytes * 2 {
            Self.say("| MISSED: memory grows with the history | | | | | |")
            isGood = false
          }
        }
        last = (Double(count), run)
      }
    }
    return isGood
  }

  private func measure(_ row: Row) throws -> (isKept: Bool, run: Measurement) {
    let run = try Measurement.median(of: Self.runs, running: [checker, "check", generate(row.generator)])
    let isFast = run.seconds <= row.limitSeconds ?? .infinity
    let isSmall = run.peakBytes >> 20 <= row.limitMegabytes ?? .max
    let isRight = run.status == row.status
    var limit = row.limitSeconds.map { "\($0) s" } ?? "-"
    if let megabytes = row.limitMegabytes { limit += ", \(megabytes) MB" }
    if !(isFast && isSmall) { limit += " MISSED" }
    Self.row(
      row.name, Self.verdict(run.status) + (isRight ? "" : " WRONG"), Self.milliseconds(run.seconds),
      Self.milliseconds(run.processorSeconds), "\(run.peakBytes >> 20) MB", limit)
    return (isFast && isSmall && isRight, run)
  }

  static func verdict(_ status: Int32) -> String {
    switch status {
    case 0: Verdict.holds.word
    case 1: Verdict.violated.word
    case 2: Verdict.unknown.word
    default: "exit \(status)"
    }
  }

  private static func grouped(_ count: Int) -> String {
    var digits = String(count)
    for place in stride(from: digits.count - 3, to: 0, by: -3) {
      digits.insert(" ", at: digits.index(digits.startIndex, offsetBy: place))
    }
    return digits
  }

  private static let histories: [Row] = [
    Row(
      name: "20 000 operations, 10 clients, 1 key",
      generator: HistoryGenerator(operations: 20_000, clients: 10, keys: 1), status: 0, limitSeconds: 1,
      limitMegabytes: 200),
    Row(
      name: "100 000 operations, 10 clients, 1 key",
      generator: HistoryGenerator(operations: 100_000, clients: 10, keys: 1), status: 0, limitSeconds: 1,
      limitMegabytes: 200),
    Row(
      name: "20 000 operations, 30 clients, 1 key",
      generator: HistoryGenerator(operations: 20_000, clients: 30, keys: 1), status: 0, limitSeconds: 1,
      limitMegabytes: 200),
    Row(
      name: "1 000 000 operations, 100 clients, 1000 keys, 1 % unknown",
      generator: HistoryGenerator(operations: 1_000_000, clients: 100, keys: 1000, unknownShare: 0.01), status: 0,
      limitSeconds: 1.5, limitMegabytes: 500),
    Row(
      name: "20 000 operations, 20 clients, 5 keys, 5 % unknown, a stale read",
      generator: HistoryGenerator(operations: 20_000, clients: 20, keys: 5, unknownShare: 0.05, stale: 1), status: 1,
      limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "5 000 operations, 20 clients, 1 key, 5 % unknown",
      generator: HistoryGenerator(operations: 5000, clients: 20, keys: 1, unknownShare: 0.05), status: 0,
      limitSeconds: 1, limitMegabytes: 200),
    Row(
      name: "20 000 operations, 20 clients, 2 keys, 10 % deletes, 2 % unknown, a stale read",
      generator: HistoryGenerator(
        operations: 20_000, clients: 20, keys: 2, deleteShare: 0.1, unknownShare: 0.02, stale: 1), status: 1,
      limitSeconds: 1, limitMegabytes: 200),
  ]
}
