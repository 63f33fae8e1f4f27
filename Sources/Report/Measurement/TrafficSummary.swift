/// What became of the operations of a stretch of time.
public struct TrafficSummary: Sendable, Hashable, Codable {
  public var operations: Int
  public var ok: Int
  public var fail: Int
  public var unknown: Int
  /// `ok` of `operations`, 0...1; `nil` where there were none.
  public var availability: Double?
  public var secondsLong: Double
  /// For how long of that time not everyone was served (`RecoveryRule`). Availability counts answers, and clients that all
  /// hang give few: this is what they waited. `nil` where it was not measured.
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
    fail = samples.count { $0.outcome == .fail }
    unknown = operations - ok - fail
    availability = operations == 0 ? nil : Double(ok) / Double(operations)
    self.secondsLong = secondsLong
    let latencies = samples.filter { $0.outcome == .ok }.map { $0.latency * 1_000 }.sorted()
    latencyMilliseconds =
      latencies.isEmpty
      ? nil
      : Latency(
        p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), p99: percentile(latencies, 0.99),
        max: latencies[latencies.count - 1])
  }
}

/// The smallest value that at least this share of the sorted values does not exceed (nearest rank).
func percentile(_ sorted: [Double], _ share: Double) -> Double {
  precondition(!sorted.isEmpty, "there is no percentile of nothing")
  let rank = Int((share * Double(sorted.count)).rounded(.up))
  return sorted[min(max(rank, 1), sorted.count) - 1]
}
