/// The traffic second by second, for `timeline.json` and the picture.
public struct Timeline: Sendable, Hashable, Codable {
  /// One second.
  public struct Bin: Sendable, Hashable, Codable {
    /// Whole seconds since the start.
    public var second: Int
    /// Operations that ended in this second, by outcome.
    public var ok: Int
    public var fail: Int
    public var unknown: Int
    /// Of those that ended in ok; `nil` where none did.
    public var latencyP50Milliseconds: Double?
    public var latencyP99Milliseconds: Double?
  }

  public var bins: [Bin]

  public init(bins: [Bin]) {
    self.bins = bins
  }

  public init(_ samples: [Sample]) {
    guard let last = samples.map(\.end).max(), last.isFinite else {
      bins = []
      return
    }
    bins = (0...Int(last)).map { Bin(second: $0, ok: 0, fail: 0, unknown: 0) }
    var latencies = [[Double]](repeating: [], count: bins.count)
    for sample in samples {
      let second = Int(sample.end)
      switch sample.outcome {
      case .ok:
        bins[second].ok += 1
        latencies[second].append(sample.latency)
      case .failed: bins[second].fail += 1
      case .unknown: bins[second].unknown += 1
      }
    }
    var distribution = LatencyDistribution()
    for second in bins.indices where !latencies[second].isEmpty {
      distribution.reset()
      for latency in latencies[second] { distribution.record(seconds: latency) }
      bins[second].latencyP50Milliseconds = distribution.percentile(0.5).map { $0 * 1_000 }
      bins[second].latencyP99Milliseconds = distribution.percentile(0.99).map { $0 * 1_000 }
    }
  }
}
