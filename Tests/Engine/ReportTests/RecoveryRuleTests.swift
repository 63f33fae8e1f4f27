import Testing

@testable import Report

@Suite struct RecoveryRuleTests {
  private let rule = RecoveryRule(quiet: 2, latencyLimit: 2)

  /// Ten operations a second in 0..<seconds, each answered after 10 ms, bad where `isBad` says so of its start.
  private func samples(_ seconds: Int, isBad: (Double) -> Bool = { _ in false }) -> [Sample] {
    (0..<(seconds * 10)).map { index in
      let start = Double(index) / 10
      return Sample(start: start, end: start + 0.01, outcome: isBad(start) ? .failed : .ok, kind: "get cache")
    }
  }

  private func recovery(_ samples: [Sample], after moment: Double = 10, horizon: Double = 18) -> Double? {
    rule.recovery(after: moment, horizon: horizon, of: samples, until: 30).map { ($0 * 100).rounded() / 100 }
  }

  @Test func nobodyNoticed() {
    #expect(recovery(samples(30)) == 0)
  }

  @Test func anOutageThatEndsBeforeTheHeal() {
    #expect(recovery(samples(30) { $0 >= 10.2 && $0 < 13 }) == 3)
  }

  @Test func oneThatLastsPastTheHealCountsForBoth() {
    let outage = samples(30) { $0 >= 10.2 && $0 < 20 }
    #expect(recovery(outage) == 10)
    #expect(recovery(outage, after: 18, horizon: 18) == 2)
  }

  @Test func gapsShorterThanQuietAreOneDisturbance() {
    #expect(recovery(samples(30) { ($0 >= 10.2 && $0 < 11) || ($0 >= 12.5 && $0 < 13) }) == 3)
  }

  /// An effect that comes late, while the fault is still there, is the fault's.
  @Test func aLateEffectCounts() {
    #expect(recovery(samples(30) { $0 >= 14 && $0 < 16 }) == 6)
  }

  /// What begins well after the heal is not laid to it: availability counts it.
  @Test func aLaterDisturbanceIsNotTheHeals() {
    #expect(recovery(samples(30) { $0 >= 25 && $0 < 26 }, after: 18, horizon: 18) == 0)
  }

  @Test func theHealMayDisturbToo() {
    let twice = samples(30) { ($0 >= 10.2 && $0 < 12) || ($0 >= 19 && $0 < 21.5) }
    #expect(recovery(twice) == 2)
    #expect(recovery(twice, after: 18, horizon: 18) == 3.5)
  }

  @Test func serviceThatIsNotSeenToBeBack() {
    #expect(recovery(samples(30) { $0 >= 10 }) == nil)
    // Back, but for less than `quiet` before the end.
    #expect(recovery(samples(30) { $0 >= 10 && $0 < 29 }) == nil)
  }

  /// Closed loop: every client hangs, so nothing is called until service is back.
  @Test func clientsThatAllHang() {
    var hanging = samples(10)
    for client in 0..<8 {
      let start = 10.01 + Double(client) / 1_000
      hanging.append(Sample(start: start, end: 15, outcome: .ok, kind: "put queued"))
    }
    hanging += samples(30).filter { $0.start >= 15 }
    #expect(recovery(hanging) == 5)
  }

  /// One operation that hangs while all other clients are served again does not make the recovery long.
  @Test func oneThatHangsLonger() {
    var outage = samples(30) { $0 >= 10.2 && $0 < 12 }
    outage.append(Sample(start: 11.9, end: 21.9, outcome: .unknown, kind: "put queued"))
    outage.sort { $0.start < $1.start }
    #expect(recovery(outage) == 2)
  }

  /// Sent before the strike, lost by it.
  @Test func anOperationThatWasOpen() {
    var outage = samples(30)
    outage.append(Sample(start: 9.95, end: 10.3, outcome: .unknown, kind: "put queued"))
    outage.sort { $0.start < $1.start }
    #expect(recovery(outage).map { $0 <= 0.1 } == true)
    #expect(rule.disturbances(of: outage, until: 30).count == 1)
  }

  @Test func noTrafficIsNoRecovery() {
    #expect(recovery([]) == nil)
    #expect(recovery([Sample(start: 12, end: 14, outcome: .failed, kind: "get cache")]) == nil)
  }
}

@Suite struct WindowsTests {
  @Test func anOperationBelongsToWhatItMet() throws {
    let samples = [
      Sample(start: 1, end: 1.1, outcome: .ok, kind: "a"),
      Sample(start: 9.9, end: 10.5, outcome: .unknown, kind: "a"),
      Sample(start: 12, end: 12.1, outcome: .failed, kind: "a"),
      Sample(start: 19, end: 25, outcome: .ok, kind: "a"),
      Sample(start: 21, end: 21.1, outcome: .ok, kind: "a"),
    ]
    let windows = Windows(samples, disturbance: 10...20, end: 30)
    #expect(windows.before.operations == 1)
    let during = try #require(windows.during)
    #expect(during.operations == 3)
    #expect(during.fail == 1)
    #expect(during.unknown == 1)
    #expect(during.availability.map { abs($0 - 1.0 / 3) < 1e-9 } == true)
    let after = try #require(windows.after)
    #expect(after.operations == 1)
    #expect(after.availability == 1)
    #expect(after.secondsLong == 10)
  }

  @Test func withoutAFaultAllIsBefore() {
    let windows = Windows([Sample(start: 1, end: 2, outcome: .ok, kind: "a")], disturbance: nil, end: 5)
    #expect(windows.before.operations == 1)
    #expect(windows.during == nil)
    #expect(windows.after == nil)
  }

  @Test func percentilesAreNearestRank() {
    func percentile(_ seconds: [Double], _ share: Double) -> Double {
      var latencies = LatencyDistribution()
      for latency in seconds { latencies.record(seconds: latency) }
      return latencies.percentile(share) ?? -1
    }
    let values = (1...100).map(Double.init)
    #expect(abs(percentile(values, 0.5) - 50) < 0.05)
    #expect(abs(percentile(values, 0.99) - 99) < 0.1)
    #expect(percentile([7], 0.99) == 7)
    #expect(percentile([1, 2], 0) == 1)
    #expect(percentile([], 0.5) == -1)
    // An operation that waits for more than an hour is not left out.
    #expect(percentile([10_000], 0.5) == 3_600)
  }

  @Test func theTimelineCountsBySecondOfTheAnswer() {
    let timeline = Timeline([
      Sample(start: 0.9, end: 1.1, outcome: .ok, kind: "a"), Sample(start: 1.2, end: 1.3, outcome: .failed, kind: "a"),
      Sample(start: 1.2, end: 3.3, outcome: .unknown, kind: "a"),
    ])
    #expect(timeline.bins.map(\.ok) == [0, 1, 0, 0])
    #expect(timeline.bins.map(\.fail) == [0, 1, 0, 0])
    #expect(timeline.bins.map(\.unknown) == [0, 0, 0, 1])
    #expect(timeline.bins[1].latencyP50Milliseconds.map { abs($0 - 200) < 1e-6 } == true)
    #expect(timeline.bins[2].latencyP50Milliseconds == nil)
    #expect(Timeline([Sample]()).bins.isEmpty)
  }
}
