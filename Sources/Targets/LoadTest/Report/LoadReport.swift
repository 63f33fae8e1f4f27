/// The results of a load test: `report.json`, and the source of its other files. Latencies are in milliseconds.
public struct LoadReport: Codable, Sendable, Hashable {
  public struct Test: Codable, Sendable, Hashable {
    /// RFC 3339, UTC.
    public var startedAt: String
    /// The test in words.
    public var summary: String
    /// The command line that repeats it.
    public var command: String
    public var url: String
    public var acknowledgement: String
    public var read: String
    public var keys: Int
    public var valueBytes: Int
    public var warmUpSeconds: Double
    /// From the moment of the first measured request to the last answer.
    public var seconds: Double
    /// Including the warm-up.
    public var requests: Int
    /// Whether it was stopped early; the figures then cover the part that ran.
    public var isInterrupted: Bool
  }

  /// A line of the table.
  public struct Row: Codable, Sendable, Hashable {
    public var name: String
    public var count: Int
    public var ok: Int
    /// GETs that were answered with "no such key" (yet).
    public var absent: Int
    public var failed: Int
    public var unknown: Int
    public var perSecond: Double
    public var mean: Double
    public var standardDeviation: Double
    public var p50: Double
    public var p90: Double
    public var p99: Double
    public var p999: Double
    public var max: Double
    /// The whole distribution, for the chart.
    public var distribution: [Point]
  }

  /// This share of all latencies (0...1) was at most this long.
  public struct Point: Codable, Sendable, Hashable {
    public var share: Double
    public var milliseconds: Double
  }

  public struct ErrorCount: Codable, Sendable, Hashable {
    public var error: String
    public var count: Int
  }

  /// How late the requests were sent.
  public struct SendDelay: Codable, Sendable, Hashable {
    public var p99: Double
    public var max: Double
  }

  /// From the API's acceptance of a write to its commit in SQL, as the workers measured it; the times are `nil` where
  /// no write was committed.
  public struct Persistence: Codable, Sendable, Hashable {
    /// PUTs that were answered with ok, warm-up included.
    public var acknowledged: Int
    /// Writes that the workers committed from the start of the test until they had no more.
    public var persisted: Int
    /// How long after the last answer the last of them was committed.
    public var drainSeconds: Double
    public var mean: Double?
    public var p50: Double?
    public var p90: Double?
    public var p99: Double?
    public var p999: Double?
  }

  public struct Processor: Codable, Sendable, Hashable {
    /// The kind of container, or what else used the time.
    public var name: String
    public var containers: Int?
    public var seconds: Double
    /// Processors in use on average.
    public var cores: Double
    public var microsecondsPerRequest: Double
  }

  public struct Machine: Codable, Sendable, Hashable {
    public var cores: Int
    /// The share of all cores' time that was used, 0...1.
    public var busy: Double
  }

  /// What a part of the stack reaches on its own, measured just before on the same machine.
  public struct Baseline: Codable, Sendable, Hashable {
    public var name: String
    public var perSecond: Double
  }

  public var test: Test
  /// PUT, GET, both.
  public var rows: [Row]
  public var errors: [ErrorCount]
  public var sendDelay: SendDelay
  public var persistence: Persistence?
  public var processors: [Processor]
  public var machine: Machine?
  public var baselines: [Baseline]
  public var timeline: [LoadRecorder.Second]
  /// What could not be measured, and why.
  public var notes: [String]

  /// Requests that failed or are of unknown outcome.
  public var errorCount: Int { errors.reduce(0) { $0 + $1.count } }
}
