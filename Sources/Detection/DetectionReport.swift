import Consistency
import Foundation
import Report

/// `DETECTION.md`: what the suite caught of what was planted, and whether it kept silent where nothing was.
public struct DetectionReport: Sendable {
  /// Of ten runs with a bug, in how many it has to be caught.
  public static let goal = 0.9

  public let text: String

  /// - Parameter command: what made the record, as a user would type it.
  public init(_ record: DetectionRecord, command: String) {
    let bugs = KnownBug.all.filter { !record.runs(of: $0.name).isEmpty }
    let rest = KnownBug.all.filter { record.runs(of: $0.name).isEmpty }
    var parts = [
      """
      # Detection power

      A green run is worth what it would have caught. Each bug below was planted into the services and run under the plan \
      meant for it; then the same plans ran without any bug. Made by `\(command)`, last on \(record.updatedAt); every run is \
      in `detection.json`. What the bugs are, and how they are planted: docs/detection.md.
      """,
      Self.summary(record, bugs),
    ]
    if !bugs.isEmpty { parts.append("## With a bug\n\n" + Self.withBug(record, bugs)) }
    if !rest.isEmpty { parts.append("Not run yet: \(rest.map(\.name).joined(separator: ", ")).") }
    parts.append("## Without a bug\n\n" + Self.withoutBug(record))
    text = parts.joined(separator: "\n\n") + "\n"
  }

  private static func summary(_ record: DetectionRecord, _ bugs: [KnownBug]) -> String {
    let reached = bugs.count { bug in
      let runs = record.runs(of: bug.name)
      return Double(caught(runs)) >= goal * Double(runs.count)
    }
    let silent = record.runs(of: nil)
    let alarms = silent.count { $0.verdict == .violated }
    let undecided = silent.count { $0.verdict == .unknown }
    return
      "\(reached) of \(bugs.count) bugs were caught in at least 9 of 10 runs. Of \(silent.count) runs without a bug "
      + "\(alarms) raised an alarm, and \(undecided) came to no verdict."
  }

  private static func caught(_ runs: [DetectionRecord.Run]) -> Int { runs.count { $0.verdict == .violated } }

  private static func withBug(_ record: DetectionRecord, _ bugs: [KnownBug]) -> String {
    var rows = ["| bug | what it does | caught | by | first seen, s | run, s | place | named |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for bug in bugs {
      let runs = record.runs(of: bug.name)
      let alarms = counted(runs.flatMap(\.alarms))
      let seen = runs.compactMap(\.firstSeenAt).min().map { number($0) } ?? "-"
      let long = runs.map(\.secondsLong).max().map { number($0) } ?? "-"
      let named = counted(runs.compactMap { $0.culprit?.rawValue })
      rows.append(
        "| [\(bug.name)](../chaos/detect/\(bug.name).yml) | \(bug.summary) | \(caught(runs)) of \(runs.count) | "
          + "\(alarms.isEmpty ? "-" : alarms) | \(seen) | \(long) | \(bug.place.rawValue) | "
          + "\(named.isEmpty ? "-" : named) |")
    }
    return rows.joined(separator: "\n")
      + "\n\n*by*: the checks that raised an alarm, with the number of runs. *first seen*: when the evidence was complete, in "
      + "the fastest run; lost writes show in the audit after the traffic. *run*: the longest run. *place*: where the bug is; "
      + "*named*: the tier that most findings of a run point to."
  }

  private static func withoutBug(_ record: DetectionRecord) -> String {
    let runs = record.runs(of: nil)
    guard !runs.isEmpty else { return "Not run yet." }
    let plans = Array(Set(runs.map(\.plan))).sorted()
    var rows = ["| plan | runs | alarms | no verdict |", "| --- | --- | --- | --- |"]
    for plan in plans {
      let ofPlan = runs.filter { $0.plan == plan }
      let alarms = counted(ofPlan.flatMap(\.alarms))
      rows.append(
        "| \(plan) | \(ofPlan.count) | \(alarms.isEmpty ? "none" : alarms) | "
          + "\(ofPlan.count { $0.verdict == .unknown }) |")
    }
    return rows.joined(separator: "\n")
  }

  /// `lost-writes (3), order`: the most frequent first.
  private static func counted(_ words: [String]) -> String {
    Dictionary(grouping: words) { $0 }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { $0.value.count == 1 ? $0.key : "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
  }

  private static func number(_ value: Double) -> String {
    String(format: "%.1f", value)
  }
}
