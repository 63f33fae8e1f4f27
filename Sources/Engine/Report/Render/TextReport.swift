import Consistency
import Presentation

/// The verdict on a terminal: a line a check, the lost writes by name, where to read more.
public struct TextReport: Sendable {
  private static let lostWritesShown = 10
  private static let culpritsShown = 5

  public let text: String

  /// - Parameter folder: of the results, as the user may open it.
  public init(_ report: RunReport, folder: String) {
    let checks = report.checks.filter(\.isExamined).map { check -> Table.Row in
      let measured = Prose("\(check.measured) (expected \(check.expected))")
      let note = check.verdict == .unknown ? check.note.map { Prose($0) } : nil
      return Table.Row([check.verdict.prose, Prose(check.name), .lines([measured, note].compactMap(\.self))])
    }
    var blocks: [Block] = [
      .paragraph("\(report.plan.name): \(report.plan.description)"), .table(Table([], checks)),
    ]
    if !report.lostWrites.isEmpty {
      let rows = report.lostWrites.prefix(Self.lostWritesShown).map { write in
        [
          "operation \(write.operation)", "key \(write.key)", "value \(write.value ?? "(delete)")",
          "\(write.isSettled == true ? "found applied" : "acknowledged") at \(Numbers.number(write.acknowledgedAt)) s",
        ]
      }
      blocks += [.heading("lost writes"), .table(Table([], rows))]
      let rest = report.lostWrites.count - rows.count
      if rest > 0 { blocks.append(.list(["and \(rest) more in report.json"])) }
    }
    if let culprits = report.culprits, !culprits.isEmpty {
      blocks += [
        .heading("where it went wrong"),
        .list(
          culprits.prefix(Self.culpritsShown).map { "\($0.tier.rawValue): \($0.sentence) (\($0.check), \($0.count))" }),
      ]
    }
    blocks.append(
      .paragraph(.lines([Prose(report.summary), "seed \(report.run.seed); report: \(folder)/report.html"])))
    text = "\n" + TextRenderer().text(blocks)
  }
}
