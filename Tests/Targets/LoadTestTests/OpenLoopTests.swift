import Testing

@testable import LoadTest

@Suite struct OpenLoopTests {
  @Test func requestsLeaveAtTheirMoments() {
    let schedule = OpenLoop(clients: 50, ratePerSecond: 400, durationNanoseconds: 2 * second, keys: 10)
    let run = VirtualStore { _, _ in 10 * millisecond }.run(schedule)
    #expect(run.sent.map(\.at) == (0..<800).map { UInt64($0) * 2_500_000 })
    #expect(run.sent.allSatisfy { $0.request.intendedNanoseconds == $0.at })
    #expect(run.recorder.puts.count == 400 && run.recorder.gets.count == 400)
    #expect(run.mostOpen == 4)
  }

  /// The store stands still from 1 s to 3 s. Of 100 requests a second, the 200 that were due meanwhile have waited up
  /// to 2 s, whether they found a free connection or not: half of them more than a second.
  @Test(arguments: [1, 5, 1_000]) func aStallIsFelt(connections: Int) {
    let schedule = OpenLoop(clients: connections, ratePerSecond: 100, durationNanoseconds: 10 * second, keys: 10)
    let run = VirtualStore { _, now in
      (1 * second..<3 * second).contains(now) ? 3 * second - now : millisecond / 10
    }.run(schedule)
    #expect(run.recorder.total == 1_000)
    var all = run.recorder.puts.latency
    for step in run.recorder.gets.latency.recordedValues() { all.record(step.value, count: step.count) }
    let late = 1_000 * (1 - all.percentileAtOrBelowValue(1_000_000) / 100)
    #expect(abs(late - 100) <= 2, "\(late)")
    #expect(abs(Double(all.maxRecorded) - 2_000_000) < 10_000)
  }

  /// The same stall seen by one client that waits for its answer: a single request is slow. This is coordinated
  /// omission, and why the open loop is there.
  @Test func aClosedLoopHidesTheStall() {
    let schedule = ClosedLoop(clients: 1, rampNanoseconds: 0, endNanoseconds: 10 * second, keys: 10)
    let run = VirtualStore { _, now in
      (1 * second..<3 * second).contains(now) ? 3 * second - now + millisecond : 10 * millisecond
    }.run(schedule)
    #expect(run.sent.count { (1 * second..<3 * second).contains($0.at) } == 1)
    #expect(run.recorder.puts.latency.valueAtPercentile(99) < 20_000)
  }

  @Test func requestsWaitForAFreeConnection() {
    let schedule = OpenLoop(clients: 2, ratePerSecond: 1_000, durationNanoseconds: second, keys: 10)
    let run = VirtualStore { _, _ in 10 * millisecond }.run(schedule)
    #expect(run.mostOpen == 2)
    #expect(run.recorder.total == 1_000)
    // 200 a second get through: the last was due at 0.999 s, and each connection has 500.
    #expect(run.end == 5 * second + millisecond)
    #expect(run.recorder.sendDelay.maxRecorded > 3_900_000)
  }

  @Test(arguments: [(0, 0), (1_000, 100), (500, 50), (900, 90), (100, 10)])
  func theShareOfPutsIsKept(putsPerThousand: Int, puts: Int) {
    let schedule = OpenLoop(
      clients: 10, ratePerSecond: 100, durationNanoseconds: second, keys: 7, putsPerThousand: putsPerThousand)
    let run = VirtualStore { _, _ in millisecond }.run(schedule)
    #expect(run.recorder.puts.count == puts)
    #expect(run.recorder.gets.count == 100 - puts)
  }

  @Test func aWarmUpIsNotMeasured() {
    var recorder = LoadRecorder(warmUpNanoseconds: second)
    let early = LoadRequest(client: 0, kind: .put, key: 0, intendedNanoseconds: second - 1)
    let measured = LoadRequest(client: 0, kind: .put, key: 0, intendedNanoseconds: second)
    recorder.record(early, .ok, sent: second, ended: 2 * second)
    recorder.record(measured, .ok, sent: second, ended: second + 3 * millisecond)
    recorder.finish()
    #expect(recorder.total == 2 && recorder.acknowledgedPuts == 2)
    #expect(recorder.puts.count == 1 && recorder.puts.latency.maxRecorded == 3_000)
    #expect(recorder.firstNanoseconds == second && recorder.seconds.map(\.puts) == [1])
  }
}
