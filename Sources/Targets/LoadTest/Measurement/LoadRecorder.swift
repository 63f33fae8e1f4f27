import Histogram

/// Counts and times every request. A value: it belongs to the generator's thread and is handed over at the end.
public struct LoadRecorder: Sendable {
  /// The results of one kind of request.
  public struct Tally: Sendable {
    public internal(set) var ok = 0
    public internal(set) var absent = 0
    public internal(set) var failed = 0
    public internal(set) var unknown = 0
    /// From the due time to the end of the answer, in microseconds. Requests that failed are left out, because quick
    /// refusals would make the rest look better. Those of unknown outcome are included.
    public internal(set) var latency = LoadRecorder.newHistogram(.three)

    public var count: Int { ok + absent + failed + unknown }
  }

  /// One second of the test.
  public struct Second: Sendable, Hashable, Codable {
    public var second: Int
    public var puts: Int
    public var gets: Int
    public var failed: Int
    public var unknown: Int
    /// Milliseconds; `nil` if no request of this kind ended in this second.
    public var putP50: Double?
    public var putP99: Double?
    public var getP50: Double?
    public var getP99: Double?
  }

  /// Values up to ten minutes, in microseconds.
  private static let highestMicroseconds: UInt64 = 600_000_000

  public private(set) var puts = Tally()
  public private(set) var gets = Tally()
  /// How late the requests were sent, in microseconds.
  public private(set) var sendDelay = LoadRecorder.newHistogram(.three)
  /// The errors as text, each with its count.
  public private(set) var errors: [String: Int] = [:]
  /// The completed seconds.
  public private(set) var seconds: [Second] = []
  /// Requests of every outcome, including the warm-up.
  public private(set) var total = 0
  /// PUTs that were answered with ok, including the warm-up.
  public private(set) var acknowledgedPuts = 0
  /// When the first measured request was due, and when the last one was answered.
  public private(set) var firstNanoseconds: UInt64?
  public private(set) var lastNanoseconds: UInt64 = 0

  private let warmUpNanoseconds: UInt64
  private var current = Second(second: 0, puts: 0, gets: 0, failed: 0, unknown: 0)
  private var currentPuts = LoadRecorder.newHistogram(.two)
  private var currentGets = LoadRecorder.newHistogram(.two)

  /// - Parameter warmUpNanoseconds: requests that were due earlier are only counted in `total`.
  public init(warmUpNanoseconds: UInt64 = 0) {
    self.warmUpNanoseconds = warmUpNanoseconds
  }

  private static func newHistogram(_ digits: SignificantDigits) -> Histogram<UInt64> {
    Histogram(highestTrackableValue: highestMicroseconds, numberOfSignificantValueDigits: digits)
  }

  /// Records a request that has ended. Times are in nanoseconds since the start.
  public mutating func record(_ request: LoadRequest, _ outcome: LoadOutcome, sent: UInt64, ended: UInt64) {
    total += 1
    if request.kind == .put, outcome == .ok { acknowledgedPuts += 1 }
    guard request.intendedNanoseconds >= warmUpNanoseconds else { return }
    advance(to: ended)
    firstNanoseconds = min(firstNanoseconds ?? .max, request.intendedNanoseconds)
    lastNanoseconds = max(lastNanoseconds, ended)
    let latency = min((ended - min(ended, request.intendedNanoseconds)) / 1_000, Self.highestMicroseconds)
    sendDelay.record(min((sent - min(sent, request.intendedNanoseconds)) / 1_000, Self.highestMicroseconds))
    switch request.kind {
    case .put:
      current.puts += 1
      if Self.count(outcome, latency, in: &puts) { currentPuts.record(latency) }
    case .get:
      current.gets += 1
      if Self.count(outcome, latency, in: &gets) { currentGets.record(latency) }
    }
    switch outcome {
    case .ok, .absent: break
    case .failed(let reason):
      current.failed += 1
      errors["\(request.kind.rawValue) failed: \(reason)", default: 0] += 1
    case .unknown(let reason):
      current.unknown += 1
      errors["\(request.kind.rawValue) unknown: \(reason)", default: 0] += 1
    }
  }

  /// - Returns: whether its latency counts.
  private static func count(_ outcome: LoadOutcome, _ latency: UInt64, in tally: inout Tally) -> Bool {
    switch outcome {
    case .ok: tally.ok += 1
    case .absent: tally.absent += 1
    case .failed:
      tally.failed += 1
      return false
    case .unknown: tally.unknown += 1
    }
    tally.latency.record(latency)
    return true
  }

  /// Ends the seconds that are complete by this time.
  public mutating func advance(to now: UInt64) {
    guard now >= warmUpNanoseconds else { return }
    let second = Int((now - warmUpNanoseconds) / 1_000_000_000)
    while current.second < second { endSecond() }
  }

  /// Ends the last second, which may be a part of one.
  public mutating func finish() {
    if current.puts + current.gets > 0 { endSecond() }
  }

  private mutating func endSecond() {
    if currentPuts.totalCount > 0 {
      current.putP50 = Double(currentPuts.valueAtPercentile(50)) / 1_000
      current.putP99 = Double(currentPuts.valueAtPercentile(99)) / 1_000
      currentPuts.reset()
    }
    if currentGets.totalCount > 0 {
      current.getP50 = Double(currentGets.valueAtPercentile(50)) / 1_000
      current.getP99 = Double(currentGets.valueAtPercentile(99)) / 1_000
      currentGets.reset()
    }
    seconds.append(current)
    current = Second(second: current.second + 1, puts: 0, gets: 0, failed: 0, unknown: 0)
  }
}
