/// A histogram as Prometheus has it: how many observations were at most each bound.
public struct BucketCounts: Sendable, Hashable {
  /// Going up; the last one is infinite.
  public var bounds: [Double]
  /// Observations up to each bound.
  public var cumulative: [Double]
  public var sum: Double

  /// - Precondition: as many counts as bounds, and the last bound is infinite.
  public init(bounds: [Double], cumulative: [Double], sum: Double) {
    precondition(bounds.count == cumulative.count && bounds.last == .infinity, "a histogram ends at +Inf")
    self.bounds = bounds
    self.cumulative = cumulative
    self.sum = sum
  }

  public var count: Double { cumulative.last ?? 0 }

  /// `nil` without an observation.
  public var mean: Double? { count > 0 ? sum / count : nil }

  /// The quantile as Prometheus' `histogram_quantile` has it: linear within its bucket; the last finite bound where it
  /// is above all of them. `nil` without an observation.
  public func quantile(_ share: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = share * count
    guard let index = cumulative.firstIndex(where: { $0 >= rank }) else { return nil }
    let lower = index > 0 ? bounds[index - 1] : 0
    let upper = bounds[index]
    guard upper.isFinite else { return lower }
    let below = index > 0 ? cumulative[index - 1] : 0
    let inside = cumulative[index] - below
    return inside > 0 ? lower + (upper - lower) * (rank - below) / inside : upper
  }

  /// What was observed since an earlier reading of the same series; if counts went back (the process was restarted),
  /// all of them are new.
  public func since(_ earlier: BucketCounts) -> BucketCounts {
    guard bounds == earlier.bounds, zip(cumulative, earlier.cumulative).allSatisfy({ $0 >= $1 }) else { return self }
    return BucketCounts(
      bounds: bounds, cumulative: zip(cumulative, earlier.cumulative).map { $0 - $1 }, sum: sum - earlier.sum)
  }

  /// What several series, by name, observed since an earlier reading of them, all together; those that are new count
  /// whole. `nil` without a series.
  public static func sum(of now: [String: BucketCounts], since earlier: [String: BucketCounts]) -> BucketCounts? {
    now.reduce(nil) { sum, series in
      let own = earlier[series.key].map { series.value.since($0) } ?? series.value
      return sum.map { $0.adding(own) ?? $0 } ?? own
    }
  }

  /// Both together; nil when their bounds differ.
  public func adding(_ other: BucketCounts) -> BucketCounts? {
    guard bounds == other.bounds else { return nil }
    return BucketCounts(
      bounds: bounds, cumulative: zip(cumulative, other.cumulative).map { $0 + $1 }, sum: sum + other.sum)
  }
}
