import ChaosPlan
import Consistency
import Failures
import Foundation
import Presentation

/// `plans.json` and `PLANS.md` of the results: the last run of each plan on each flavour of the SQL tier, a line each.
///
/// A run replaces the row of its plan and flavour and keeps the others, so a series may be run in parts.
public struct PlanTable: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.plans/1"
  private static let name = "plans.json"

  /// The last run of a plan.
  public struct Row: Sendable, Hashable, Codable {
    public var plan: String
    /// The plan's question.
    public var question: String
    public var verdict: Verdict
    /// Why it did not hold; `nil` where it did.
    public var reason: String?
    /// The flavour cannot run the plan, and nothing was run; `reason` says why. `nil`: it was run.
    public var isRefused: Bool?
    /// ISO 8601, UTC.
    public var startedAt: String
    public var seed: UInt64
    /// The flavour of the SQL tier.
    public var flavour: String
    /// Acknowledged writes; `nil` where they were not counted.
    public var acknowledged: Int?
    public var lost: Int
    /// Availability while a fault was in effect or not recovered from, 0...1; `nil` where no client called.
    public var during: Double?
    /// For how long of that time not everyone was served, in seconds.
    public var disturbedSeconds: Double?
    /// Availability in the steady state after.
    public var after: Double?
    /// The slowest recovery that was seen, from a strike, in seconds; `nil` where there was none.
    public var recovery: Double?
    /// The same from a heal.
    public var recoveryAfterHeal: Double?
    /// Strikes and heals after which service was not seen to be back.
    public var notRecovered: Int

    /// A plan that was refused before anything was touched.
    ///
    /// - Parameters:
    ///   - plan: its name.
    ///   - question: what it asks.
    ///   - flavour: of the SQL tier.
    ///   - reason: in a sentence.
    ///   - startedAt: ISO 8601, UTC.
    public init(refused plan: String, question: String, flavour: String, reason: String, startedAt: String) {
      self.plan = plan
      self.question = question
      verdict = .unknown
      self.reason = reason
      isRefused = true
      self.startedAt = startedAt
      seed = 0
      self.flavour = flavour
      lost = 0
      notRecovered = 0
    }

    public init(_ report: RunReport) {
      let struck = report.faults.filter { $0.struckAt != nil }
      plan = report.plan.name
      question = report.plan.description
      verdict = report.verdict
      reason = report.verdict == .holds ? nil : report.summary
      startedAt = report.run.startedAt
      seed = report.run.seed
      flavour = report.run.flavour
      acknowledged = report.settlement?.acknowledgedWrites
      lost = report.lostWrites.count
      during = report.traffic.during?.availability
      disturbedSeconds = report.traffic.during?.disturbedSeconds
      after = report.traffic.after?.availability
      let fromStrike = struck.map(\.recovery)
      let fromHeal = struck.filter { $0.healOrderedAt != nil }.map(\.recoveryAfterHeal)
      recovery = fromStrike.compactMap(\.self).max()
      recoveryAfterHeal = fromHeal.compactMap(\.self).max()
      notRecovered = (fromStrike + fromHeal).count { $0 == nil }
    }
  }

  public var schema = Self.currentSchema
  /// By the name of the plan, then by flavour.
  public private(set) var rows: [Row]

  public init(_ rows: [Row] = []) {
    self.rows = []
    for row in rows { record(row) }
  }

  /// Reads the table of a results folder; empty where there is none yet.
  ///
  /// - Throws: `CommandError`.
  public init(folder: String) throws(CommandError) {
    guard FileManager.default.fileExists(atPath: "\(folder)/\(Self.name)") else {
      self.init()
      return
    }
    self = try ReportFiles.decode(PlanTable.self, "\(folder)/\(Self.name)")
  }

  /// Replaces the plan's row on its flavour, unless that belongs to a run that began later.
  public mutating func record(_ row: Row) {
    func isOfSame(_ other: Row) -> Bool { other.plan == row.plan && other.flavour == row.flavour }
    if rows.contains(where: { isOfSame($0) && $0.startedAt > row.startedAt }) { return }
    rows.removeAll(where: isOfSame)
    rows.append(row)
    rows.sort { ($0.plan, $0.flavour) < ($1.plan, $1.flavour) }
  }

  /// Writes both files into a results folder, which is created if it is missing.
  ///
  /// - Throws: `CommandError`.
  public func write(to folder: String) throws(CommandError) {
    let files = [(Self.name, try ReportFiles.json(self)), ("PLANS.md", markdown)]
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, text) in files { try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
    } catch {
      throw CommandError(.badInput, "\(folder) cannot be written: \(error.localizedDescription)")
    }
  }

  /// `PLANS.md`: a table for each flavour.
  public var markdown: String {
    let flavours = Set(rows.map(\.flavour)).sorted { (Self.order($0), $0) < (Self.order($1), $1) }
    let introduction: Block = .paragraph(
      """
      A table for each flavour of the SQL tier. A row is the last run of a plan on that flavour (`kvchaos run --table`, \
      `kvchaos report --table`); `make chaos` runs all plans one after another. chaos/README.md defines the columns.
      """)
    let sections = flavours.flatMap { flavour in Self.section(flavour, rows.filter { $0.flavour == flavour }) }
    return MarkdownRenderer().text(Document(title: "The plans, as they last ran", [introduction] + sections))
  }

  /// Patroni first: it runs everything.
  private static func order(_ flavour: String) -> Int { flavour == SQLFlavour.patroni.rawValue ? 0 : 1 }

  private static func title(_ flavour: String) -> String { SQLFlavour(rawValue: flavour)?.title ?? flavour }

  private static func section(_ flavour: String, _ rows: [Row]) -> [Block] {
    func share(_ value: Double?) -> String { value.map { Numbers.percent($0) } ?? "-" }
    let run = rows.filter { $0.isRefused != true }
    let held = run.count { $0.verdict == .holds }
    let refused = rows.count - run.count
    let lines = rows.map { row -> Table.Row in
      let name = Prose.link(row.plan, to: "../chaos/\(row.plan).yml")
      guard row.isRefused != true else {
        return Table.Row([name, "refused"] + Array(repeating: Prose("-"), count: 7) + [Prose(row.startedAt)])
      }
      let notSeen = row.notRecovered > 0 ? ", \(row.notRecovered) not seen" : ""
      let numbers = [
        row.acknowledged.map(String.init) ?? "-", String(row.lost), share(row.during),
        Numbers.seconds(row.disturbedSeconds), share(row.after), Numbers.seconds(row.recovery) + notSeen,
        Numbers.seconds(row.recoveryAfterHeal), row.startedAt,
      ]
      return Table.Row([name, row.verdict.prose] + numbers.map { Prose($0) })
    }
    let header = [
      "plan", "verdict", "acknowledged writes", "lost", "available during", "not everyone served", "after", "recovery",
      "recovery after the heal", "started",
    ]
    let end = refused > 0 ? "; \(refused) refused, because the flavour cannot run them." : "."
    var blocks: [Block] = [
      .heading(Prose(title(flavour))), .paragraph("\(held) of \(run.count) held\(end)"), .table(Table(header, lines)),
    ]
    let open: [Prose] = rows.filter { $0.verdict != .holds }.map { "\($0.plan): \($0.reason ?? "")" }
    if !open.isEmpty { blocks.append(.list(open)) }
    return blocks
  }
}
