import KeyValueStore
import Testing

@Suite("The budget for repeated attempts")
struct RetryBudgetTests {
  private let clock = ManualClock()

  private func budget(share: Double = 0.1, perSecond: Double = 0, saved: Double = 5) -> RetryBudget<ManualClock> {
    var limits = RetryBudget<ManualClock>.Limits()
    (limits.share, limits.perSecond, limits.saved) = (share, perSecond, saved)
    return RetryBudget(clock: clock, limits: limits)
  }

  /// A tier that fails for every request, and every request would try three times: the attempts are a tenth more.
  @Test func aTierThatFailsForAllIsAskedLittleMoreOften() {
    let budget = budget()
    var retries = 0
    for _ in 0..<1000 {
      budget.deposit()
      for _ in 0..<2 where budget.withdraw() { retries += 1 }
    }
    // A tenth, and what was saved up; the sum of tenths is not exact.
    #expect((104...105).contains(retries))
  }

  @Test func noMoreIsSavedThanTheLimit() {
    let budget = budget(saved: 3)
    for _ in 0..<1000 { budget.deposit() }
    #expect((0..<10).count { _ in budget.withdraw() } == 3)
  }

  @Test func someAreAllowedByTime() {
    let budget = budget(share: 0, perSecond: 10, saved: 1)
    #expect(budget.withdraw())
    #expect(!budget.withdraw())
    clock.advance(by: .milliseconds(50))
    #expect(!budget.withdraw())
    clock.advance(by: .milliseconds(51))
    #expect(budget.withdraw())
    #expect(!budget.withdraw())
  }
}
