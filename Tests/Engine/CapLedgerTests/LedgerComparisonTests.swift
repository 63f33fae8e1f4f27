import Consistency
import Testing

@testable import CapLedger

/// A guarantee that is gone is worse; noise in what is measured is not.
@Suite struct LedgerComparisonTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var old: [CapCell] = [.example()]
    var new: [CapCell]
    var isWorse: Bool
    /// The first line that is said; `nil`: nothing is.
    var says: String?
    var testDescription: String { name }
  }

  private static let cell = "redis-plain-register-master-isolated"

  static let cases = [
    Case(name: "the same", new: [.example()], isWorse: false, says: nil),
    Case(
      name: "lost, where nothing was", new: [.example(lost: 2)], isWorse: true,
      says: "redis plain: label: CP -> neither"),
    Case(
      name: "lost more", old: [.example(lost: 2)], new: [.example(lost: 9)], isWorse: false,
      says: "\(cell): lost writes: 2 -> 9"),
    Case(
      name: "lost no more", old: [.example(lost: 2)], new: [.example()], isWorse: false,
      says: "redis plain: label: neither -> CP"),
    Case(
      name: "lost in a cell that has no part in a label",
      old: [.example(fault: "a", isPartition: false)], new: [.example(fault: "a", isPartition: false, lost: 1)],
      isWorse: true, says: "\(Self.cell.replacing("master-isolated", with: "a")): lost writes: 0 -> 1"),
    Case(
      name: "stale, where nothing was", old: [.example(lost: 1)], new: [.example(lost: 1, stale: 1)], isWorse: true,
      says: "\(cell): stale reads: 0 -> 1"),
    Case(
      name: "invented", old: [.example(lost: 1)], new: [.example(lost: 1, invented: 1)], isWorse: true,
      says: "\(cell): invented values: 0 -> 1"),
    Case(
      name: "a wrong sum", old: [.example(workload: .bank, wrongSums: 0, minority: 1)],
      new: [.example(workload: .bank, wrongSums: 1, minority: 1)], isWorse: true,
      says: "redis-plain-bank-master-isolated: wrong sums: 0 -> 1"),
    Case(
      name: "no longer linearizable", old: [.example(lost: 1)], new: [.example(lost: 1, linearizable: .violated)],
      isWorse: true, says: "\(cell): linearizable: held -> violated"),
    Case(
      name: "no longer decided", old: [.example(lost: 1)], new: [.example(lost: 1, linearizable: .unknown)],
      isWorse: false, says: "\(cell): linearizable: held -> undecided"),
    Case(
      name: "another label", old: [.example(stale: 3, minority: 1)], new: [.example(stale: 3)], isWorse: true,
      says: "redis plain: label: AP -> neither"),
    Case(
      name: "no label any more", new: [.example(problems: ["x"])], isWorse: false,
      says: "redis plain: label: CP -> not measured"),
    Case(name: "a slower recovery", new: [.example(recovery: 4.4)], isWorse: false, says: nil),
    Case(
      name: "over the promise", new: [.example(recovery: 9)], isWorse: false,
      says: "\(cell): recovery: 3.2 s -> 9 s, over the promise now"),
    Case(name: "less answered", new: [.example(majority: 0.95)], isWorse: false, says: nil),
    Case(
      name: "a doubtful cell", old: [.example(), .example(fault: "split")],
      new: [.example(), .example(fault: "split", lost: 5, problems: ["x"])], isWorse: false,
      says: "redis-plain-register-split: has a problem now: x"),
    Case(
      name: "a cell that is gone", old: [.example(), .example(fault: "split")], new: [.example()], isWorse: false,
      says: "redis-plain-register-split: not measured any more"),
    Case(
      name: "a new cell, whatever it shows", old: [.example(lost: 1)],
      new: [.example(lost: 1), .example(fault: "split", lost: 5)],
      isWorse: false, says: "redis-plain-register-split: measured for the first time"),
  ]

  @Test(arguments: cases) func whatIsWorse(_ example: Case) {
    let comparison = LedgerComparison(from: Ledger(example.old), to: Ledger(example.new))
    #expect(comparison.isWorse == example.isWorse)
    #expect(comparison.changes.first.map { "\($0.subject): \($0.what)" } == example.says)
    #expect(comparison.text.contains("WORSE") == example.isWorse)
  }

  @Test func aClaimThatHeldAndDoesNotIsWorse() {
    let comparison = LedgerComparison(
      from: Ledger([.example(tier: "rabbitmq", workload: .queue, minority: 1)]),
      to: Ledger([.example(tier: "rabbitmq", workload: .queue)]))
    #expect(comparison.changes.contains { $0.what == "holds -> refuted" && $0.isWorse })
  }

  /// At least once is all that a queue promises.
  @Test func duplicatesAreShownAndNotWorse() {
    var before = CapCell.example(tier: "rabbitmq", workload: .queue)
    before.duplicates = 0
    let comparison = LedgerComparison(
      from: Ledger([before]), to: Ledger([.example(tier: "rabbitmq", workload: .queue)]))
    #expect(comparison.changes.map(\.what) == ["duplicates: 0 -> 3"])
    #expect(!comparison.isWorse)
  }
}
