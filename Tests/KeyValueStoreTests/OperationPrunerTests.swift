import Synchronization
import Testing

@testable import KeyValueStore

@Suite("The removal of old operation records", .timeLimit(.minutes(10)))
struct OperationPrunerTests {
  /// Ages of records in hours, and one turn for all workers.
  private final class Records: OperationRecords {
    struct State {
      var ages: [Int] = []
      var turnUntil: ManualClock.Instant?
      var removals: [Int] = []
      var fails = false
    }

    let state: Mutex<State>
    let clock: ManualClock

    init(ages: [Int], clock: ManualClock) {
      state = Mutex(State(ages: ages))
      self.clock = clock
    }

    func takeTurn(for interval: Duration, timeout: Duration) async throws(TableUnavailable) -> Bool {
      let now = clock.now
      return state.withLock { state in
        if let until = state.turnUntil, now < until { return false }
        state.turnUntil = now.advanced(by: interval)
        return true
      }
    }

    func remove(olderThan age: Duration, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int {
      let count: Int? = state.withLock { state in
        if state.fails { return nil }
        let old = state.ages.indices.filter { .seconds(state.ages[$0] * 3600) > age }.prefix(limit)
        for index in old.reversed() { state.ages.remove(at: index) }
        state.removals.append(old.count)
        return old.count
      }
      guard let count else { throw TableUnavailable("down") }
      return count
    }
  }

  private let clock = ManualClock()

  private func pruner(_ records: Records) -> OperationPruner<ManualClock> {
    var limits = OperationPruner<ManualClock>.Limits()
    limits.records = 10
    return OperationPruner(records: records, age: .seconds(24 * 3600), limits: limits, clock: clock) { _ in }
  }

  @Test func removesOnlyWhatIsOldAndLittleAtATime() async {
    let records = Records(ages: Array(repeating: 25, count: 25) + [24, 23, 0], clock: clock)
    let pruner = pruner(records)
    await clock.run { await pruner.sweep() }
    #expect(records.state.withLock { $0.removals } == [10, 10, 5])
    #expect(records.state.withLock { $0.ages } == [24, 23, 0])
  }

  /// Three workers at the same time: one of them works.
  @Test func oneWorkerHasTheTurn() async {
    let records = Records(ages: [25], clock: clock)
    let pruners = (0..<3).map { _ in pruner(records) }
    await clock.run {
      await withTaskGroup(of: Void.self) { group in
        for pruner in pruners { group.addTask { await pruner.sweep() } }
      }
    }
    #expect(records.state.withLock { $0.removals } == [1])
  }

  @Test func aFailureWaitsForTheNextTurn() async {
    let records = Records(ages: [25], clock: clock)
    records.state.withLock { $0.fails = true }
    let pruner = pruner(records)
    await clock.run { await pruner.sweep() }
    records.state.withLock { $0.fails = false }
    // The turn is not over: nobody tries again at once.
    await clock.run { await pruner.sweep() }
    #expect(records.state.withLock { $0.ages } == [25])
    clock.advance(by: .seconds(60))
    await clock.run { await pruner.sweep() }
    #expect(records.state.withLock { $0.ages } == [])
  }

  @Test func aTurnEnds() async {
    let records = Records(ages: Array(repeating: 25, count: 20_000), clock: clock)
    let pruner = pruner(records)
    await clock.run { await pruner.sweep() }
    // Each statement is followed by a pause of 50 ms at least, so a turn of 60 s has no more than 1200.
    #expect(records.state.withLock { $0.removals.count } <= 1200)
    #expect(records.state.withLock { !$0.ages.isEmpty })
    #expect(clock.now.offset <= .seconds(60))
  }
}
