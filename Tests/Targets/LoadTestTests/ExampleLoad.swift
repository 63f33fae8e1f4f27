@testable import LoadTest

/// Results made up for the golden tests.
enum ExampleLoad: String, CaseIterable, Sendable {
  /// Everything measured, no error.
  case held
  /// Errors, and nothing known of the stack.
  case failing
  /// Only PUTs.
  case puts
  /// Ended by its user, before anything was committed.
  case interrupted

  var files: [String] {
    (isPutsOnly ? [] : ["get.hgrm"]) + ["put.hgrm", "report.html", "report.json", "report.md"]
  }

  private var isPutsOnly: Bool { self == .puts || self == .interrupted }

  func result() throws -> LoadRun.Result {
    let recorder = recorder()
    let isWithStack = self != .failing
    let report = LoadReport(
      test: LoadReport.Test(
        startedAt: "2026-01-02T03:04:05Z", summary: summary, command: "kvchaos load --something",
        url: "http://127.0.0.1:8000", acknowledgement: "queued", read: "cache", keys: 10_000, valueBytes: 200,
        warmUpSeconds: 0, seconds: 3, requests: recorder.total,
        isInterrupted: self == .interrupted),
      rows: LoadReport.rows(recorder, seconds: 3), errors: LoadReport.errors(recorder),
      sendDelay: LoadReport.sendDelay(recorder),
      persistence: isWithStack
        ? self == .interrupted
          ? LoadReport.Persistence(acknowledged: 1_500, persisted: 0, drainSeconds: 0)
          : LoadReport.Persistence(
            acknowledged: 1_500, persisted: 1_500, drainSeconds: 0.25, mean: 40.5, p50: 33.25, p90: 70, p99: 120,
            p999: 240)
        : nil,
      processors: (isWithStack
        ? [
          LoadReport.Processor(
            name: "rabbitmq", containers: 3, seconds: 1.2, cores: 0.4, microsecondsPerRequest: 400),
          LoadReport.Processor(name: "api", containers: 3, seconds: 0.6, cores: 0.2, microsecondsPerRequest: 200.26),
        ] : []) + [
          LoadReport.Processor(name: "generator", seconds: 0.12, cores: 0.04, microsecondsPerRequest: 40)
        ],
      machine: isWithStack ? LoadReport.Machine(cores: 2, busy: 0.876) : nil,
      baselines: isWithStack
        ? [LoadReport.Baseline(name: "RabbitMQ: persistent messages confirmed", perSecond: 9_750.4)] : [],
      timeline: recorder.seconds,
      notes: isWithStack ? [] : ["no processor time by tier: no Docker Engine answers"])
    return LoadRun.Result(report: report, recorder: recorder)
  }

  private var summary: String {
    switch self {
    case .held: "300 users, ramp 30 s, 100 loops of PUT and GET"
    case .failing: "saturated by 8 clients for 3 s, 50 % PUT"
    case .puts, .interrupted: "open loop, 500 requests/s for 3 s over at most 100 connections, 100 % PUT"
    }
  }

  private func recorder() -> LoadRecorder {
    var recorder = LoadRecorder()
    for index in 0..<3_000 {
      let isPut = isPutsOnly || index.isMultiple(of: 2)
      let intended = UInt64(index) * millisecond
      let latency = (UInt64(index * 37 % 100) * (isPut ? 100 : 50) + 1_000) * 1_000
      var outcome = LoadOutcome.ok
      if !isPut, index < 100 { outcome = .absent }
      if self == .failing, index % 500 == 1 { outcome = .failed("503 the queue takes no more") }
      if self == .failing, index % 1_000 == 4 { outcome = .unknown("504 <no answer>") }
      recorder.record(
        LoadRequest(client: 0, kind: isPut ? .put : .get, key: 0, intendedNanoseconds: intended), outcome,
        sent: intended + 20_000, ended: intended + latency)
    }
    recorder.finish()
    return recorder
  }
}
