import Stack
import Testing

@testable import CapRuns
@testable import ChaosPlan

/// Which cells a series runs, in which order, and which it owes in the end.
@Suite struct CapAgendaTests {
  private static func cell(_ tier: CapTier, _ variant: CapVariant, _ fault: String) -> CapPlanCell {
    CapPlanCell(
      tier: tier, variant: variant, workload: .register,
      fault: CapFault(
        name: fault, action: .pause, selector: Selector(tier: tier.tier), duration: .fixed(.seconds(1))))
  }

  private static let asked = [
    cell(.redis, .plain, "split"), cell(.sql, .plain, "split"), cell(.sql, .noBarrier, "split"),
  ]

  /// The measured cells of Redis and Patroni, one with a problem, and one that no plan has any more.
  private static let known = [
    CapAgenda.Known(id: asked[0].id(on: .patroni)),
    CapAgenda.Known(id: asked[1].id(on: .patroni), flavour: "patroni", hasProblems: true),
    CapAgenda.Known(id: "sql-plain-register-gone", flavour: "patroni"),
    CapAgenda.Known(id: asked[1].id(on: .cockroach), flavour: "cockroach"),
  ]

  @Test func aSeriesRunsWhatIsMissingOrDoubtful() {
    let agenda = CapAgenda(Self.asked, on: .patroni, known: Self.known)
    #expect(agenda.entries.map(\.standing) == [.measured, .doubtful, .missing])
    #expect(agenda.due(again: false) == Array(Self.asked[1...]))
    #expect(agenda.leftOut.isEmpty)
    #expect(agenda.forgotten(again: false, isWhole: true).isEmpty)
  }

  @Test func againMeansAllOfThemAndForgetsWhatTheyHad() {
    let agenda = CapAgenda(Self.asked, on: .patroni, known: Self.known)
    #expect(agenda.due(again: true) == Self.asked)
    let own = Self.asked.map { $0.id(on: .patroni) }
    #expect(agenda.forgotten(again: true, isWhole: false) == own)
    // The other flavour's cells stay.
    #expect(Set(agenda.forgotten(again: true, isWhole: true)) == Set(own + ["sql-plain-register-gone"]))
  }

  /// A cell of the SQL tier is another one on each flavour, and some are nothing on CockroachDB.
  @Test func eachFlavourHasItsOwnCells() {
    let agenda = CapAgenda(Self.asked, on: .cockroach, known: Self.known)
    #expect(agenda.entries.map(\.cell) == Array(Self.asked[..<2]))
    #expect(agenda.entries.map(\.standing) == [.measured, .measured])
    #expect(agenda.due(again: false).isEmpty)
    #expect(agenda.leftOut == [CapVariant.noBarrier.conflict(with: .cockroach)])
  }

  // MARK: The queue

  @Test func cellsRunInTheirOrderWithSeedsOfTheirOwn() {
    var queue = CapQueue(Self.asked, seed: .max)
    #expect(queue.owed == Self.asked.map(\.name))
    for (index, cell) in Self.asked.enumerated() {
      #expect(
        queue.next(isInterrupted: false, isLate: false)
          == .run(cell, number: index + 1, seed: UInt64.max &+ UInt64(index)))
    }
    #expect(queue.next(isInterrupted: false, isLate: false) == .over)
    #expect(queue.owed.isEmpty)
  }

  @Test func aFailedCellIsOwedLikeThoseThatDidNotBegin() {
    var queue = CapQueue(Self.asked, seed: 1)
    _ = queue.next(isInterrupted: false, isLate: false)
    queue.noteFailure()
    #expect(queue.owed == Self.asked.map(\.name))
    _ = queue.next(isInterrupted: false, isLate: false)
    #expect(queue.next(isInterrupted: false, isLate: true) == .over)
    #expect(queue.owed == [Self.asked[0].name, Self.asked[2].name])
  }

  /// An interruption is never mistaken for a series that ended in time, nor for one that came after the last cell.
  @Test func anInterruptionNamesTheCellThatDidNotBegin() {
    var queue = CapQueue(Self.asked, seed: 1)
    _ = queue.next(isInterrupted: false, isLate: false)
    #expect(queue.next(isInterrupted: true, isLate: true) == .interrupted(before: Self.asked[1].name))
    var empty = CapQueue([], seed: 1)
    #expect(empty.next(isInterrupted: true, isLate: false) == .over)
  }
}
