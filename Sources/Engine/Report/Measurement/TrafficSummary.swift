/// The outcomes of the operations in a period.
public struct TrafficSummary: Sendable, Hashable, Codable {
  public var operations: Int
  public var ok: Int
  public var fail: Int
  public var unknown: Int
  /// `ok` of `operations`, 0...1; `nil` where there were none.
  public var availability: Double?
  public var secondsLong: Double
  /// For how long of that time not every client was served (`RecoveryRule`). Availability counts answers, and clients
  /// that all hang produce few: this is the time that they waited. `nil` where it was not measured.
  public var disturbedSeconds: Double?
  /// Of the operations that ended in ok; `nil` where none did.
  public var latencyMilliseconds: Latency?

  public struct Latency: Sendable, Hashable, Codable {
    public var p50: Double
    public var p95: Double
    public var p99: Double
    public var max: Double
  }

  public init(_ samples: some Collection<Sample>, secondsLong: Double) {
    operations = samples.count
    ok = samples.count { $0.outcome == .ok }
    fail = samples.count { $0.outcome == .failed }
    unknown = operations - ok - fail
    availability = operations == 0 ? nil : Double(ok) / Double(operations)
    self.secondsLong = secondsLong
    var latencies = LatencyDistribution()
    for sample in samples where sample.outcome == .ok { latencies.record(seconds: sample.latency) }
    latencyMilliseconds = Latency(latencies)
  }
}

extension TrafficSummary.Latency {
  /// `nil` where nothing was recorded.
  init?(_ latencies: LatencyDistribution) {
    guard let p50 = latencies.percentile(0.5), let p95 = latencies.percentile(0.95),
      let p99 = latencies.percentile(0.99), let max = latencies.maximum
    else { return nil }
    self.init(p50: p50 * 1_000, p95: p95 * 1_000, p99: p99 * 1_000, max: max * 1_000)
  }
}
