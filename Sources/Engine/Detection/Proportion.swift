import Foundation
import Presentation

/// How often something happened in a number of independent runs, and what that says of how often it happens.
///
/// The bounds are Clopper and Pearson's (The use of confidence or fiducial limits, Biometrika 26, 1934). They are
/// exact: the true rate lies outside the interval in at most 5 % of all cases, for few runs too.
public struct Proportion: Sendable, Hashable {
  static let confidence = 0.95

  public let count: Int
  public let runs: Int

  public init(_ count: Int, of runs: Int) {
    precondition(count >= 0 && count <= runs, "what happened in \(count) of \(runs) runs is no proportion")
    self.count = count
    self.runs = runs
  }

  /// The rate lies between these, at 95 % confidence.
  public var interval: ClosedRange<Double> {
    let tail = (1 - Self.confidence) / 2
    return lowest(tail)...highest(tail)
  }

  /// The rate is at most this, at 95 % confidence: the one-sided bound, for what should never happen.
  public var upperBound: Double { highest(1 - Self.confidence) }

  /// The rate at which this many or more would be seen only with the probability `tail`.
  private func lowest(_ tail: Double) -> Double {
    count == 0 ? 0 : Self.root { 1 - atMost(count - 1, rate: $0) - tail }
  }

  /// The rate at which this many or fewer would be seen only with the probability `tail`.
  private func highest(_ tail: Double) -> Double {
    count == runs ? 1 : Self.root { tail - atMost(count, rate: $0) }
  }

  /// The probability of `limit` or fewer at this rate.
  private func atMost(_ limit: Int, rate: Double) -> Double {
    (0...limit).reduce(0) { sum, number in
      let ways = lgamma(Double(runs + 1)) - lgamma(Double(number + 1)) - lgamma(Double(runs - number + 1))
      return sum + exp(ways + Double(number) * log(rate) + Double(runs - number) * log1p(-rate))
    }
  }

  /// Where a function that rises from below zero crosses it, between 0 and 1.
  private static func root(_ function: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// `47.8-100 %`.
  var intervalText: String { "\(Self.percent(interval.lowerBound))-\(Self.percent(interval.upperBound)) %" }

  static func percent(_ rate: Double) -> String { Numbers.number(rate * 100, decimals: 1) }
}
