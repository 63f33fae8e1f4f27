import Consistency
import Presentation

/// `DETECTION.md`: which planted bugs the suite caught, whether it kept silent without one, and which damaged histories
/// the checker caught.
public struct DetectionReport: Sendable {
  /// In how many of ten runs a bug has to be caught.
  public static let goal = 0.9
  /// The number of runs from which the rates are estimated.
  public static let runsWanted = 10
  public static let silentRunsWanted = 100

  public let text: String

  /// - Parameters:
  ///   - mutants: the results for damaged histories; `nil` if there are none yet.
  ///   - command: the command that made the record, as a user would type it.
  public init(_ record: DetectionRecord, mutants: MutantRecord? = nil, command: String) {
    let bugs = KnownBug.all.filter { !record.runs(of: $0.name).isEmpty }
    let rest = KnownBug.all.filter { record.runs(of: $0.name).isEmpty }
    var blocks: [Block] = [
      .paragraph(
        """
        A green run is only as good as the bugs that it would have caught. Each bug below was planted into the services \
        and run under the plan meant for it. Then the same plans ran without any bug. Made by \(code: command), last on \
        \(record.updatedAt); every run is in `detection.json`. docs/detection.md says what the bugs are and how they are \
        planted.
        """),
      .paragraph(
        """
        Intervals are Clopper-Pearson's at 95 % confidence: the rate that a count stands for lies in them. Few runs \
        leave them wide.
        """),
      .list(Self.summary(record, bugs)),
    ]
    if let owed = Self.owed(record) { blocks.append(.paragraph(owed)) }
    if !bugs.isEmpty { blocks += [.heading("With a bug")] + Self.withBug(record, bugs) }
    if !rest.isEmpty { blocks.append(.paragraph("Not run yet: \(rest.map(\.name).joined(separator: ", ")).")) }
    blocks += [.heading("Without a bug"), Self.withoutBug(record)]
    if let mutants { blocks += [.heading("Damaged histories")] + Self.damaged(mutants) }
    text = MarkdownRenderer().text(Document(title: "Detection power", blocks))
  }

  private static func summary(_ record: DetectionRecord, _ bugs: [KnownBug]) -> [Prose] {
    let always = bugs.count { bug in
      let runs = record.runs(of: bug.name)
      return caught(runs) == runs.count
    }
    let runs = bugs.flatMap { record.runs(of: $0.name) }
    let all = Proportion(caught(runs), of: runs.count)
    let silent = record.runs(of: nil)
    let alarms = Proportion(caught(silent), of: silent.count)
    return [
      """
      \(always) of \(bugs.count) bugs were caught in every run. All bugs together: \(all.count) of \(all.runs) runs \
      (\(all.intervalText)).
      """,
      """
      Without a bug \(alarms.count) of \(alarms.runs) runs raised an alarm: the rate of false alarms is at most \
      \(Proportion.percent(alarms.upperBound)) % (one-sided bound). \(silent.count { $0.verdict == .unknown }) came to \
      no verdict.
      """,
    ]
  }

  /// The runs that are missing until the rates are known well enough.
  private static func owed(_ record: DetectionRecord) -> Prose? {
    let missing = KnownBug.all.reduce(0) { $0 + max(0, runsWanted - record.runs(of: $1.name).count) }
    let missingSilent = max(0, silentRunsWanted - record.runs(of: nil).count)
    guard missing + missingSilent > 0 else { return nil }
    return """
      The aim is \(runsWanted) runs of each bug and \(silentRunsWanted) without any. \(missing) runs with a bug and \
      \(missingSilent) without are still to be done; `kvchaos detect` goes on with them.
      """
  }

  private static func caught(_ runs: [DetectionRecord.Run]) -> Int { runs.count { $0.verdict == .violated } }

  private static func withBug(_ record: DetectionRecord, _ bugs: [KnownBug]) -> [Block] {
    let rows = bugs.map { bug -> Table.Row in
      let runs = record.runs(of: bug.name)
      let share = Proportion(caught(runs), of: runs.count)
      let cells = [
        bug.summary, "\(share.count) of \(share.runs)", share.intervalText,
        counted(runs.flatMap(\.alarms)) ?? "-", number(runs.compactMap(\.firstSeenAt).min()),
        number(runs.map(\.secondsLong).max()), bug.place.rawValue,
        counted(runs.compactMap { $0.culprit?.rawValue }) ?? "-",
      ]
      return Table.Row([.link(bug.name, to: "../chaos/detect/\(bug.name).yml")] + cells.map { Prose($0) })
    }
    let header = ["bug", "what it does", "caught", "interval", "by", "first seen, s", "run, s", "place", "named"]
    return [
      .table(Table(header, rows)),
      .paragraph(
        """
        *interval*: of the rate at which the bug is caught. *by*: the checks that raised an alarm, with the number of \
        runs. *first seen*: when the evidence was complete, in the fastest run; lost writes show in the audit after the \
        traffic. *run*: the longest run. *place*: where the bug is; *named*: the tier that most findings of a run point to.
        """),
    ]
  }

  private static func withoutBug(_ record: DetectionRecord) -> Block {
    let runs = record.runs(of: nil)
    guard !runs.isEmpty else { return .paragraph("Not run yet.") }
    let rows = Set(runs.map(\.plan)).sorted().map { plan in
      let ofPlan = runs.filter { $0.plan == plan }
      return [
        plan, String(ofPlan.count), counted(ofPlan.flatMap(\.alarms)) ?? "none",
        String(ofPlan.count { $0.verdict == .unknown }),
      ]
    }
    return .table(Table(["plan", "runs", "alarms", "no verdict"], rows))
  }

  private static func damaged(_ record: MutantRecord) -> [Block] {
    let all = record.kinds.map(\.counts).reduce(MutantRecord.Counts(), +)
    let idle = record.kinds.filter { $0.counts.all == 0 }.map(\.name)
    var blocks: [Block] = [
      .paragraph(
        """
        Recorded histories of \(record.histories.count) plans, damaged in \(record.kinds.count - idle.count) ways, \
        \(all.all) mutants. Each was either caught by the checker, or an exhaustive search found an execution of the \
        contract that gives it (*legal*). Made by \(code: record.command).
        """),
      .paragraph(
        """
        Caught \(all.caught), legal \(all.legal), missed \(all.missed), undecided \(all.undecided), false alarms \
        \(all.falseAlarms).
        """),
    ]
    if !idle.isEmpty {
      blocks.append(.paragraph("Nothing in these histories could be damaged so: \(idle.joined(separator: "; "))."))
    }
    for (title, rows) in [("damage", record.kinds), ("history of", record.histories)] {
      let lines = rows.map(\.counts).map { [$0.all, $0.caught, $0.legal, $0.missed, $0.undecided].map(String.init) }
      let header = [title, "mutants", "caught", "legal", "missed", "undecided"]
      blocks.append(.table(Table(header, zip(rows, lines).map { [$0.name] + $1 })))
    }
    return blocks
  }

  /// `lost-writes (3), order`: the most frequent first; `nil` of none.
  private static func counted(_ words: [String]) -> String? {
    guard !words.isEmpty else { return nil }
    return Dictionary(grouping: words) { $0 }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { $0.value.count == 1 ? $0.key : "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
  }

  private static func number(_ value: Double?) -> String { value.map { Numbers.number($0, decimals: 1) } ?? "-" }
}
