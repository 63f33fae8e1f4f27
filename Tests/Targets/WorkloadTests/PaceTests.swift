import Testing

@testable import Workload

/// When a client begins its operations.
struct PaceTests {
  private let start = ContinuousClock.now

  private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  @Test func operationsBeginAtTheirPeriod() {
    var pace = Pace(period: .seconds(1), offset: 0.25, from: start)
    #expect(pace.next == after(250))
    pace.begin(at: after(260))
    #expect(pace.next == after(1_250), "late by a little, it keeps the beat")
    pace.begin(at: after(1_250))
    #expect(pace.next == after(2_250))
  }

  @Test func aClientThatFellBehindDoesNotCatchUp() {
    var pace = Pace(period: .milliseconds(100), offset: 0, from: start)
    pace.begin(at: after(0))
    pace.begin(at: after(1_000))
    #expect(pace.next == after(1_000))
    pace.begin(at: after(1_000))
    #expect(pace.next == after(1_100))
  }

  @Test(arguments: [(60, 100), (100, 100), (150, 150)])
  func aPauseDelaysTheNextOperationIfItIsLonger(milliseconds: Int, next: Int) {
    var pace = Pace(period: .milliseconds(100), offset: 0, from: start)
    pace.begin(at: after(0))
    pace.pause(for: .milliseconds(milliseconds), from: after(0))
    #expect(pace.next == after(next))
  }

  @Test func withoutAPeriodOnlyAPauseWaits() {
    var pace = Pace(period: nil, offset: 0.9, from: start)
    #expect(pace.next == after(0))
    pace.begin(at: after(10))
    #expect(pace.next == after(10))
    pace.pause(for: .milliseconds(60), from: after(20))
    #expect(pace.next == after(80))
  }
}
