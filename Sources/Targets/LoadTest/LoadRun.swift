import Failures
import Foundation
import HTTPClient
import Presentation
import Stack

/// A whole load test: the baselines, the readings before, the load, the drain, the readings after, the report.
public struct LoadRun: Sendable {
  /// The results: the report, and the recorder for the distributions.
  public struct Result: Sendable {
    public var report: LoadReport
    public var recorder: LoadRecorder
  }

  private let settings: LoadSettings
  private let generator: LoadGenerator
  private let stack: Stack?
  private let command: String
  private let isWithBaseline: Bool
  private let progress: @Sendable (String) -> Void

  /// - Parameters:
  ///   - stack: whose processors and workers are read; `nil`: none.
  ///   - command: the command line, for the report.
  ///   - isWithBaseline: whether the broker and Redis are measured by themselves first.
  ///   - progress: called with a line now and then.
  public init(
    _ settings: LoadSettings, stack: Stack?, command: String, isWithBaseline: Bool = false,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.settings = settings
    generator = LoadGenerator(settings) { progress(Self.line($0)) }
    self.stack = stack
    self.command = command
    self.isWithBaseline = isWithBaseline
    self.progress = progress
  }

  /// Ends the load early; `run` then reports what was measured.
  public func stop() { generator.stop() }

  /// - Throws: `unavailable` when the store does not answer.
  public func run() async throws(CommandError) -> Result {
    try await probe()
    var notes: [String] = []
    let baselines = await baselines(&notes)
    let meter = stack.map(StackMeter.init(stack:))
    let before = await reading(meter, &notes)
    let startedAt = Date().formatted(.iso8601)
    progress(settings.summary)
    let load = try await generator.run()
    let recorder = load.recorder

    // Applying the writes that are still queued is a cost of their requests: read the processors after that.
    let acknowledged = recorder.acknowledgedPuts
    var persistence: LoadReport.Persistence?
    if let meter, let before, acknowledged > 0 {
      do throws(StackError) {
        let drained = try await meter.drained(acknowledged, since: before)
        persistence = drained.map {
          Self.persistence($0.committed, drain: $0.took, acknowledged: acknowledged)
        }
        if persistence == nil { notes.append("no end-to-end delay: no worker shows how long its writes took") }
        if let gone = drained?.workersGone, gone > 0 {
          notes.append("\(gone) of the workers from before the test are gone, and their commits are not counted")
        } else if let missing = persistence.map({ acknowledged - $0.persisted }), missing > 0 {
          notes.append(
            "\(Numbers.count(missing)) acknowledged writes were still not committed after 5 s without a commit, and the queues hold "
              + "\(await stack?.queuedMessages().map(Numbers.count) ?? "an unknown number of") messages; see `kvchaos status`"
          )
        }
      } catch {
        notes.append("no end-to-end delay: \(error)")
      }
    }
    let after = before == nil ? nil : await reading(meter, &notes)
    let seconds = Double(recorder.lastNanoseconds - min(recorder.lastNanoseconds, recorder.firstNanoseconds ?? 0)) / 1e9
    let accounts = ProcessorAccounts(
      before: before, after: after, generatorNanoseconds: load.processorNanoseconds,
      generatorSeconds: Double(load.elapsedNanoseconds) / 1e9, requests: recorder.total)
    let report = LoadReport(
      test: LoadReport.Test(
        startedAt: startedAt, summary: settings.summary, command: command, url: settings.target.url,
        acknowledgement: settings.acknowledgement.rawValue, read: settings.read.rawValue, keys: settings.keys,
        valueBytes: settings.valueBytes, warmUpSeconds: settings.warmUp.seconds, seconds: seconds,
        requests: recorder.total, isInterrupted: load.isInterrupted),
      rows: LoadReport.rows(recorder, seconds: seconds), errors: LoadReport.errors(recorder),
      sendDelay: LoadReport.sendDelay(recorder), persistence: persistence, processors: accounts.processors,
      machine: accounts.machine, baselines: baselines, timeline: recorder.seconds, notes: notes)
    return Result(report: report, recorder: recorder)
  }

  /// Reads a key once, so that a store that is down, or requires a token, is one sentence and not 60,000 errors.
  private func probe() async throws(CommandError) {
    let http = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 1))
    defer { http.shutdown() }
    let headers = settings.token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
    let status: Int
    do {
      status = try await http.send(
        HTTPRequest(method: "GET", url: "\(settings.target.url)/store/load.probe", headers: headers)
      ).status
    } catch {
      throw CommandError(.unavailable, "nothing answers at \(settings.target.url) (\(error)); run `kvchaos up`")
    }
    switch status {
    case 200, 404: return
    case 401, 403:
      throw CommandError(
        .unavailable, "the store answered \(status): put its bearer token into the environment variable KVCHAOS_TOKEN")
    default:
      throw CommandError(.unavailable, "the store answered \(status) to a GET; see `kvchaos status` before you load it")
    }
  }

  private func baselines(_ notes: inout [String]) async -> [LoadReport.Baseline] {
    guard isWithBaseline else { return [] }
    guard let stack else {
      notes.append("no baseline: there is no stack")
      return []
    }
    progress("the broker and Redis on their own")
    let measured = await BaselineMeter(stack: stack).measure()
    notes += measured.notes
    return measured.baselines
  }

  private func reading(_ meter: StackMeter?, _ notes: inout [String]) async -> StackMeter.Reading? {
    guard let meter else { return nil }
    do throws(StackError) {
      let reading = try await meter.read()
      if reading.processors.isEmpty { notes.append("no processor time by tier: no container of the stack runs") }
      return reading
    } catch {
      notes.append("no processor time by tier and no end-to-end delay: \(error)")
      return nil
    }
  }

  private static func persistence(
    _ counts: BucketCounts, drain: Duration, acknowledged: Int
  ) -> LoadReport.Persistence {
    func at(_ share: Double) -> Double? { counts.quantile(share).map { $0 * 1_000 } }
    return LoadReport.Persistence(
      acknowledged: acknowledged, persisted: Int(counts.count), drainSeconds: drain.seconds,
      mean: counts.mean.map { $0 * 1_000 }, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999))
  }

  private static func line(_ second: LoadRecorder.Second) -> String {
    func latency(_ name: String, _ value: Double?) -> String {
      value.map { ", \(name) p99 \(Numbers.milliseconds($0)) ms" } ?? ""
    }
    return "\(second.second + 1) s: \(Numbers.count(second.puts + second.gets)) requests"
      + latency("PUT", second.putP99) + latency("GET", second.getP99)
      + (second.failed > 0 ? ", \(Numbers.count(second.failed)) failed" : "")
      + (second.unknown > 0 ? ", \(Numbers.count(second.unknown)) unknown" : "")
  }
}
