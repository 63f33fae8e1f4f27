import Testing

@testable import CapRuns

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

  @Test func aWindowThatBeginsBeforeTheStartShowsNothing() {
    let now = 100 * second
    let well = samples(until: now) { _ in true }
    #expect(!RecoveryWatch.isServed(well, now: now, since: now - second))
    #expect(RecoveryWatch.isServed(well, now: now, since: now - 3 * second))
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
