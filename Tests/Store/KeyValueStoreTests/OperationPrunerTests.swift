import Synchronization
import Testing

@testable import KeyValueStore

@Suite("The removal of old operation records", .timeLimit(.minutes(10)))
struct OperationPrunerTests {
  private typealias Pruner = OperationPruner<ManualClock>

  /// Records by the epochs in which they were made, and the times, which only the test sees.
  private final class Records: OperationRecords {
    struct State {
      var epoch: Int64 = 0
      var made: [(epoch: Int64, at: Duration)] = []
      /// How old they were when they were removed.
      var removedAges: [Duration] = []
      var removals: [Int] = []
      var epochEnds: [Duration] = []
      var fails = false
      var queuesConfirm = true
    }

    let state = Mutex(State())
    let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    /// - Parameter epoch: that of the transaction's beginning; `nil`: the current one.
    func make(_ count: Int = 1, in epoch: Int64? = nil) {
      let now = clock.now.offset
      state.withLock { state in state.made += Array(repeating: (epoch ?? state.epoch, now), count: count) }
    }

    func epoch(timeout: Duration) async throws(TableUnavailable) -> Int64 {
      let epoch: Int64? = state.withLock { $0.fails ? nil : $0.epoch }
      guard let epoch else { throw TableUnavailable("down") }
      return epoch
    }

    func end(epoch: Int64, timeout: Duration) async throws(TableUnavailable) -> Bool {
      let now = clock.now.offset
      return state.withLock { state in
        guard state.epoch == epoch else { return false }
        state.epoch += 1
        state.epochEnds.append(now)
        return true
      }
    }

    func remove(before epoch: Int64, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int {
      let now = clock.now.offset
      let count: Int? = state.withLock { state in
        if state.fails { return nil }
        let old = state.made.indices.filter { state.made[$0].epoch < epoch }.prefix(limit)
        state.removedAges += old.map { now - state.made[$0].at }
        for index in old.reversed() { state.made.remove(at: index) }
        state.removals.append(old.count)
        return old.count
      }
      guard let count else { throw TableUnavailable("down") }
      return count
    }
  }

  private let clock = ManualClock()

  private func pruner(_ records: Records, age: Duration = .seconds(600)) -> Pruner {
    var limits = Pruner.Limits()
    limits.records = 10
    return OperationPruner(
      records: records, age: age, limits: limits, clock: clock,
      queuesConfirm: { records.state.withLock { $0.queuesConfirm } }, removed: { _ in })
  }

  /// As many workers as there may be, for an hour and a half of commits that take up to half a minute: no record goes
  /// before its time, and none stays for good.
  @Test(arguments: 1...4) func recordsAreKeptForTheirTimeAndNoneForGood(workers: Int) async {
    let records = Records(clock: clock)
    let pruners = (0..<workers).map { _ in pruner(records) }
    await clock.run(step: .milliseconds(500)) {
      await withTaskGroup(of: Void.self) { group in
        for pruner in pruners { group.addTask { await pruner.run() } }
        for _ in 0..<350 {
          let epoch = records.state.withLock { $0.epoch }
          try? await clock.sleep(for: .seconds(Double.random(in: 0...30)))
          records.make(in: epoch)
        }
        group.cancelAll()
      }
    }
    let (ages, left, ends) = records.state.withLock { ($0.removedAges, $0.made.count, $0.epochEnds) }
    #expect(ages.allSatisfy { $0 >= .seconds(600) }, "\(ages.min() ?? .zero)")
    #expect(ages.count > 150 && left < 150)
    #expect(ends.count > 40 && zip(ends, ends.dropFirst()).allSatisfy { $1 - $0 >= .seconds(60) })
  }

  /// A worker that was stopped knows an epoch that others have ended: it ends none.
  @Test func anEpochEndsOnce() async {
    let records = Records(clock: clock)
    let pruner = pruner(records)
    await clock.run {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await pruner.watchEpoch() }
        group.addTask {
          try? await self.clock.sleep(for: .seconds(30))
          _ = try? await records.end(epoch: 0, timeout: .zero)
        }
      }
    }
    #expect(records.state.withLock { $0.epoch } == 1)
    #expect(records.state.withLock { $0.removals.isEmpty })
  }

  /// What a queue without a quorum has may be delivered again whenever it has one: no record grows old meanwhile.
  @Test func withoutItsQueuesNoEpochEnds() async {
    let records = Records(clock: clock)
    let pruner = pruner(records)
    records.make(5)
    records.state.withLock { $0.queuesConfirm = false }
    for _ in 0..<30 { await clock.run { await pruner.watchEpoch() } }
    #expect(records.state.withLock { [Int($0.epoch), $0.made.count] } == [0, 5])
    records.state.withLock { $0.queuesConfirm = true }
    for _ in 0..<12 { await clock.run { await pruner.watchEpoch() } }
    #expect(records.state.withLock { [Int($0.epoch), $0.made.count] } == [12, 0])
  }

  @Test func removesLittleAtATime() async {
    let records = Records(clock: clock)
    let pruner = pruner(records, age: .zero)
    records.make(25)
    await clock.run { await pruner.watchEpoch() }
    records.make(3)
    await clock.run { await pruner.watchEpoch() }
    #expect(records.state.withLock { $0.removals } == [0, 10, 10, 5])
    #expect(records.state.withLock { $0.made.count } == 3)
  }

  @Test func aFailureWaitsForTheNextTurn() async {
    let records = Records(clock: clock)
    let pruner = pruner(records, age: .zero)
    records.make(1)
    await clock.run { await pruner.watchEpoch() }
    records.state.withLock { $0.fails = true }
    await clock.run { await pruner.watchEpoch() }
    #expect(records.state.withLock { [Int($0.epoch), $0.made.count] } == [1, 1])
    records.state.withLock { $0.fails = false }
    await clock.run { await pruner.watchEpoch() }
    #expect(records.state.withLock { [Int($0.epoch), $0.made.count] } == [2, 0])
  }

  @Test func aTurnEnds() async {
    let records = Records(clock: clock)
    let pruner = pruner(records, age: .zero)
    records.make(20_000)
    for _ in 0..<2 { await clock.run { await pruner.watchEpoch() } }
    // Each statement is followed by a pause of 50 ms at least, so a turn of 50 s has no more than 1000.
    #expect(records.state.withLock { $0.removals.count } <= 1001)
    #expect(records.state.withLock { !$0.made.isEmpty })
  }
}
