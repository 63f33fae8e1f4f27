import Synchronization

/// Counts observations by size. An observation is two relaxed atomic additions and a short search.
///
/// Observations and bounds are integers in a small unit (microseconds); the text has them divided by `divisor`
/// (seconds).
public final class Histogram: Sendable {
  /// Bounds for the time that a request takes, 0.2 ms to 30 s, in microseconds.
  public static let latencyBounds: [UInt64] = [
    200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000,
    300_000, 400_000, 500_000, 750_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 30_000_000,
  ]
  /// Bounds for the time from a request to its effect, 1 ms to 30 s, in microseconds.
  public static let delayBounds: [UInt64] = Array(latencyBounds.dropFirst(2))
  /// Bounds for sizes: powers of two.
  public static let sizeBounds: [UInt64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

  /// The upper bound of each bucket, itself included, going up; one bucket more takes what is above all.
  public let bounds: [UInt64]
  /// What one unit of the text is in units of the observations.
  public let divisor: UInt64
  private let buckets: [Counter]
  private let sum = Atomic<UInt64>(0)

  public init(bounds: [UInt64], divisor: UInt64) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a histogram's bounds go up")
    precondition(divisor > 0, "a histogram's divisor is positive")
    self.bounds = bounds
    self.divisor = divisor
    buckets = (0...bounds.count).map { _ in Counter() }
  }

  public func observe(_ value: UInt64) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    buckets[index].add()
    sum.wrappingAdd(value, ordering: .relaxed)
  }

  /// How many observations were at most each bound, the last number being all of them; and their sum.
  ///
  /// The count is the buckets' own sum, so the two always agree; the sum may lack an observation that is under way.
  public func snapshot() -> (cumulative: [UInt64], sum: UInt64) {
    var total: UInt64 = 0
    let cumulative = buckets.map { bucket in
      total += bucket.value
      return total
    }
    return (cumulative, sum.load(ordering: .relaxed))
  }
}
