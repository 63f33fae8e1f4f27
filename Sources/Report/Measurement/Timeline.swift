/// The traffic second by second: what `timeline.json` holds and the picture shows.
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
    var latencies = [[Double]](repeating: [], count: Int(last) + 1)
    bins = latencies.indices.map { Bin(second: $0, ok: 0, fail: 0, unknown: 0) }
    for sample in samples {
      let second = Int(sample.end)
      switch sample.outcome {
      case .ok:
        bins[second].ok += 1
        latencies[second].append(sample.latency * 1_000)
      case .fail: bins[second].fail += 1
      case .unknown: bins[second].unknown += 1
      }
    }
    for second in bins.indices where !latencies[second].isEmpty {
      let sorted = latencies[second].sorted()
      bins[second].latencyP50Milliseconds = percentile(sorted, 0.5)
      bins[second].latencyP99Milliseconds = percentile(sorted, 0.99)
    }
  }
}
