import Histogram

/// Latencies, counted: constant time for each of them, and memory that does not grow with their number.
///
/// The one definition of a percentile for all output of a run: the smallest recorded latency that at least this share
/// of all does not exceed (nearest rank), to three significant digits of its microseconds.
public struct LatencyDistribution: Sendable {
  /// An hour. Longer latencies count as an hour.
  private static let highestMicroseconds: UInt64 = 3_600_000_000

  private var histogram = Histogram<UInt64>(
    highestTrackableValue: highestMicroseconds, numberOfSignificantValueDigits: .three)

  public init() {}

  public var count: Int { Int(histogram.totalCount) }

  public mutating func record(seconds: Double) {
    histogram.record(UInt64(min(max(seconds * 1e6, 0).rounded(), Double(Self.highestMicroseconds))))
  }

  public mutating func reset() { histogram.reset() }

  /// Seconds; `nil` where nothing was recorded.
  ///
  /// - Parameter share: 0...1.
  public func percentile(_ share: Double) -> Double? {
    count == 0 ? nil : Double(histogram.valueAtPercentile(share * 100)) / 1e6
  }

  /// Seconds; `nil` where nothing was recorded.
  public var maximum: Double? { count == 0 ? nil : Double(histogram.maxRecorded) / 1e6 }
}
