import Foundation
import History
import Report
import Testing

@testable import Orchestrator

@Suite struct LiveTests {
  private func event(_ process: Int, _ kind: Event.Kind, at seconds: Double) -> Event {
    Event(
      index: 0, timeNanoseconds: Int64(seconds * 1e9), process: .client(process), kind: kind, function: "get", key: "k")
  }

  @Test func eventsBecomeAMeasure() {
    let statistics = LiveStatistics(rule: RecoveryRule())
    for second in 0..<3 {
      for process in 0..<10 {
        statistics.observe(event(process, .invoke, at: Double(second)))
        statistics.observe(event(process, .ok, at: Double(second) + 0.1))
      }
    }
    statistics.observe(event(1, .invoke, at: 3))
    statistics.observe(event(1, .fail, at: 3.2))
    statistics.observe(event(2, .invoke, at: 3))
    statistics.observe(event(2, .info, at: 3.4))
    let measure = statistics.measure(withLatency: true)
    #expect(measure.ok == 30)
    #expect(measure.fail == 1)
    #expect(measure.unknown == 1)
    #expect(measure.ratePerSecond == 10)
    #expect(measure.lastServedAt == .milliseconds(2_100))
    #expect(measure.lastNotServedAt == .milliseconds(3_400))
    #expect(measure.latencyP99.map { abs($0 - 0.1) < 1e-6 } == true)
  }

  /// The steady-state gate and the report decide by the same number: of 100, the 99th, not the slowest.
  @Test(arguments: [1, 2, 99, 100, 101, 1_000]) func theGateAndTheReportMeanTheSamePercentile(count: Int) throws {
    let statistics = LiveStatistics(rule: RecoveryRule())
    var samples: [Sample] = []
    for number in 1...count {
      statistics.observe(event(0, .invoke, at: Double(number)))
      statistics.observe(event(0, .ok, at: Double(number) + Double(number) / 1_000))
      samples.append(
        Sample(
          start: Double(number), end: Double(number) + Double(number) / 1_000, outcome: .ok, kind: "get"))
    }
    let live = try #require(statistics.measure(withLatency: true).latencyP99)
    let reported = try #require(TrafficSummary(samples, secondsLong: 1).latencyMilliseconds).p99
    #expect(abs(live * 1_000 - reported) < 1e-6)
    let exact = (Double(count) * 0.99).rounded(.up)
    #expect(abs(reported - exact) <= exact / 500)
  }

  @Test func anAnswerThatCameTooLateDidNotServe() {
    let statistics = LiveStatistics(rule: RecoveryRule(quiet: 2, latencyLimit: 1))
    statistics.observe(event(0, .invoke, at: 0))
    statistics.observe(event(0, .ok, at: 1.5))
    let measure = statistics.measure()
    #expect(measure.ok == 1)
    #expect(measure.lastServedAt == nil)
    #expect(measure.lastNotServedAt == .seconds(1.5))
  }

  @Test func quietNeedsOperationsThatWereServed() {
    var measure = LiveMeasure()
    #expect(!measure.isQuiet(for: .seconds(2), since: .zero, at: .seconds(10)))
    measure.lastServedAt = .seconds(9)
    #expect(measure.isQuiet(for: .seconds(2), since: .zero, at: .seconds(10)))
    #expect(!measure.isQuiet(for: .seconds(2), since: .seconds(9), at: .seconds(10)))
    measure.lastNotServedAt = .seconds(8.5)
    #expect(!measure.isQuiet(for: .seconds(2), since: .zero, at: .seconds(10)))
    #expect(measure.isQuiet(for: .seconds(2), since: .zero, at: .seconds(10.6)))
  }

  @Test func theLiveLine() {
    var measure = LiveMeasure()
    measure.ok = 980
    measure.fail = 12
    measure.unknown = 8
    measure.ratePerSecond = 118
    var line = LiveLine(
      phase: .faults, elapsed: .seconds(9), inPhase: .milliseconds(3_240), measure: measure,
      openFaults: ["kill redis-2"],
      step: nil)
    #expect(line.text == "faults 3.2 s | 1000 ops, 98.0 % ok, 12 failed, 8 unknown | 118/s | kill redis-2")
    line.step = "audit 120/800"
    line.openFaults = []
    line.phase = .settling
    #expect(line.text == "final reads 3.2 s | audit 120/800")
  }

  /// Runs of several processes may begin in one second.
  @Test func noTwoRunsGetTheSameFolder() async throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let time = Date(timeIntervalSince1970: 1_800_000_000)
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<64 { group.addTask { try ResultsFolder(root: root, plan: "p", startedAt: time).path } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(paths).count == 64)
  }

  @Test func resultsFoldersDoNotMeetAndLatestIsTheLast() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let time = Date(timeIntervalSince1970: 1_800_000_000)
    let first = try ResultsFolder(root: root, plan: "p", startedAt: time)
    let second = try ResultsFolder(root: root, plan: "p", startedAt: time)
    #expect(first.path == "\(root)/p/20270115T080000Z")
    #expect(second.path == "\(root)/p/20270115T080000Z-1")
    first.linkLatest()
    second.linkLatest()
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/p/latest") == "20270115T080000Z-1")
    try second.write("x", to: "seed")
    #expect(try String(contentsOfFile: "\(root)/p/latest/seed", encoding: .utf8) == "x")
  }
}
