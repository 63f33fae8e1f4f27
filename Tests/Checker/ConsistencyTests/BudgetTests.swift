import Dispatch
import Testing

@testable import Consistency

@Suite struct BudgetTests {
  /// Of either limit a twentieth is kept back for coming to an end.
  @Test(arguments: [(93, false), (97, true)])
  func timeIsUpBeforeTheLimit(elapsedShare: Int, isUp: Bool) {
    let budget = Budget(timeout: .seconds(100_000), since: .now - .seconds(elapsedShare * 1000))
    #expect(budget.exhausted() == (isUp ? .time : nil))
  }

  @Test(arguments: [(93, false), (97, true)])
  func memoryIsUpBeforeTheLimit(usedShare: Int, isUp: Bool) {
    // So much that what the tests hold themselves makes no difference.
    let limit = 1 << 50
    let budget = Budget(memoryLimitBytes: limit)
    #expect(budget.exhausted(reserving: limit / 100 * usedShare) == (isUp ? .memory : nil))
  }

  @Test func aSmallerBudgetEndsNoLaterThanTheWhole() {
    let over = Budget(timeout: .seconds(1), since: .now - .seconds(2))
    #expect(Budget(within: over, timeout: .seconds(1000)).exhausted() == .time)
    #expect(Budget(within: Budget(), timeout: .seconds(1000)).exhausted() == nil)
  }

  /// Work that does not look at the clock is not waited for; work that is done counts.
  @Test func workIsNotWaitedForPastTheDeadline() {
    let end = DispatchSemaphore(value: 0)
    defer { end.signal() }
    #expect(Budget(timeout: .milliseconds(20)).run { end.wait() } == nil)
    #expect(Budget(timeout: .seconds(1000)).run { 7 } == 7)
    #expect(Budget().run { 7 } == 7)
  }
}
