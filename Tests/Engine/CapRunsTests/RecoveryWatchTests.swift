import Testing

@testable import CapRuns
@testable import Orchestrator

/// Whether everyone is served again.
struct RecoveryWatchTests {
  private let second: Int64 = 1_000_000_000

  /// One sample every 100 ms, up to `now`.
  private func samples(until now: Int64, count: Int = 40, isOk: (Int) -> Bool) -> [RecoveryWatch.Sample] {
    (0..<count).map { RecoveryWatch.Sample(timeNanoseconds: now - Int64(count - 1 - $0) * second / 10, isOk: isOk($0)) }
  }

  @Test func servedIsWhoWasServedForTheWholeWindow() {
    let now = 100 * second
    #expect(RecoveryWatch.isServed(samples(until: now) { _ in true }, now: now))
    // Old failures do not count, those of the last two seconds do.
    #expect(RecoveryWatch.isServed(samples(until: now) { $0 >= 10 }, now: now))
    #expect(!RecoveryWatch.isServed(samples(until: now) { $0 >= 30 }, now: now))
    #expect(!RecoveryWatch.isServed(samples(until: now) { !(15..<19).contains($0) }, now: now))
  }

  @Test func silenceIsNoService() {
    let now = 100 * second
    #expect(!RecoveryWatch.isServed([], now: now))
    // All went well, until three seconds ago.
    #expect(!RecoveryWatch.isServed(samples(until: now - 3 * second) { _ in true }, now: now))
  }

  /// What the machine makes of it: the whole window must be after the moment that it asks about.
  @Test func aWindowThatBeginsBeforeTheMomentShowsNothing() {
    let (now, origin) = (100 * second, 40 * second)
    let measure = RecoveryWatch.measure([samples(until: now) { _ in true }], now: now, origin: origin)
    func isQuiet(since seconds: Double) -> Bool {
      measure.isQuiet(for: RecoveryWatch.window, since: .seconds(seconds), at: .seconds(60))
    }
    #expect(isQuiet(since: 0) && isQuiet(since: 57.5))
    #expect(!isQuiet(since: 57.6))
    // What it says of the time before the window, which the machine takes for the moment of the recovery.
    #expect(measure.lastNotServedAt == .seconds(57.5))
  }

  @Test func oneSideThatIsNotServedIsEnough() {
    let now = 100 * second
    let (well, badly) = (samples(until: now) { _ in true }, samples(until: now) { _ in false })
    for (groups, expected) in [
      ([well], true), ([well, well], true), ([well, badly], false), ([badly], false), ([], false),
    ] {
      let measure = RecoveryWatch.measure(groups, now: now, origin: 0)
      #expect(measure.isQuiet(for: RecoveryWatch.window, since: .zero, at: .seconds(100)) == expected)
    }
  }

  @Test func aConflictNowAndThenIsNoOutage() {
    let now = 100 * second
    #expect(RecoveryWatch.isServed(samples(until: now) { $0 != 35 }, now: now))
    #expect(!RecoveryWatch.isServed(samples(until: now) { $0 % 4 != 0 }, now: now))
  }

  @Test func completionsAreReadFromLinesOfAHistory() {
    let text = """
      {"index":0,"time":5,"process":0,"type":"invoke","f":"put","key":"k0","value":"0.0"}
      {"index":1,"time":7,"process":0,"type":"ok","f":"put","key":"k0","value":"0.0"}
      {"index":2,"time":9,"process":1,"type":"info","f":"get","key":"k1","error":"late"}
      {"index":3,"time":11,"process":2,"ty
      """
    #expect(
      RecoveryWatch.samples(in: text) == [
        RecoveryWatch.Sample(timeNanoseconds: 7, isOk: true), RecoveryWatch.Sample(timeNanoseconds: 9, isOk: false),
      ])
  }
}
