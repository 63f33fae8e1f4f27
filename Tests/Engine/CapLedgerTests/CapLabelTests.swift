import Consistency
import Testing

@testable import CapLedger

/// The label follows from the numbers.
@Suite struct CapLabelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var cells: [CapCell]
    var label: CapLabel
    /// A part of the reason.
    var because: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "consistent, and the minority is refused", cells: [.example()], label: .cp,
      because: "the side minority was served for 0 % of the last 3 s"),
    Case(
      name: "lost, and the minority is refused", cells: [.example(lost: 3)], label: .neither,
      because: "inconsistent in register, master-isolated (3 of 100 acknowledged writes lost)"),
    Case(
      name: "stale on a minority that answers", cells: [.example(stale: 7, minority: 1, linearizable: .violated)],
      label: .ap, because: "7 stale reads, up to 1.3 s, not linearizable"),
    Case(
      name: "lost in a cell without a partition counts too",
      cells: [.example(), .example(fault: "master-killed", isPartition: false, lost: 1)], label: .neither,
      because: "inconsistent in register, master-killed"),
    Case(
      name: "served just so", cells: [.example(stale: 1, minority: 0.9, majority: 0.95)], label: .ap,
      because: "every side was served in 1 partition cell"),
    Case(
      name: "not quite served", cells: [.example(stale: 1, minority: 0.899)], label: .neither, because: "89.9 %"),
    Case(
      name: "served in one partition, refused in another",
      cells: [.example(stale: 1, minority: 1), .example(fault: "split")], label: .neither, because: "in register, split"
    ),
    Case(
      name: "a side that did not call is no side that was served", cells: [.example(stale: 1, minority: nil)],
      label: .neither, because: "0 %"),
    Case(
      name: "all well everywhere proves nothing", cells: [.example(minority: 1)], label: .inconclusive,
      because: "consistent in its only cell"),
    Case(
      name: "a queue whose sides are both served", cells: [.example(workload: .queue, minority: 1)], label: .ap,
      because: "every side was served"),
    Case(
      name: "a queue whose minority is refused", cells: [.example(workload: .queue)], label: .cp, because: "minority"),
    Case(
      name: "undecided order", cells: [.example(linearizable: .unknown)], label: .undecided,
      because: "undecided in register, master-isolated"),
    Case(
      name: "not all writes were looked for", cells: [.example(examined: 99)], label: .undecided, because: "undecided"),
    Case(
      name: "what is lost outweighs what is undecided", cells: [.example(lost: 1, examined: 99)], label: .neither,
      because: "1 of 99"),
    Case(name: "an invented value", cells: [.example(invented: 1)], label: .neither, because: "1 invented value"),
    Case(
      name: "a wrong sum", cells: [.example(workload: .bank, wrongSums: 2)], label: .neither,
      because: "2 of 80 sums wrong"),
    Case(
      name: "no partition", cells: [.example(fault: "master-killed", isPartition: false)], label: .notMeasured,
      because: "no partition cell"),
    Case(
      name: "a cut without clients on both sides says nothing of service",
      cells: [.example(fault: "alone", sides: 1)], label: .notMeasured, because: "no partition cell"),
    Case(
      name: "a cell with a problem counts for nothing", cells: [.example(lost: 9, problems: ["x"])],
      label: .notMeasured,
      because: "no partition cell"),
    Case(
      name: "and does not spoil the others", cells: [.example(), .example(fault: "split", lost: 9, problems: ["x"])],
      label: .cp, because: "consistent in its only cell"),
  ]

  @Test(arguments: cases) func theLabelFollowsFromTheNumbers(_ example: Case) {
    let labelling = CapLabelling(tier: "redis", variant: "plain", flavour: "", cells: example.cells)
    #expect(labelling.label == example.label)
    #expect(labelling.because.contains(example.because), "\(labelling.because)")
  }

  @Test func flavoursOfSQLHaveLabelsOfTheirOwn() {
    let ledger = Ledger([
      .example(tier: "sql", flavour: "cockroach"), .example(tier: "sql", fault: "split", flavour: "patroni"),
      .example(tier: "redis", flavour: "cockroach"), .example(tier: "redis", fault: "split", flavour: "patroni"),
    ])
    #expect(ledger.labels.map { "\($0.tier) \($0.flavour)" } == ["redis ", "sql cockroach", "sql patroni"])
  }
}
