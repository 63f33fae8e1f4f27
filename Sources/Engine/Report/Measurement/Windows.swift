/// The three stretches of a run's traffic: before the first fault, during, and after the recovery.
///
/// An operation belongs to `during` if any of its time does: one that was open when the fault struck, and one that was
/// called during it and answered later. Of the rest, each belongs to the stretch in which it began.
public struct Windows: Sendable, Hashable, Codable {
  public var before: TrafficSummary
  /// `nil` where no fault struck.
  public var during: TrafficSummary?
  /// `nil` where the run ended before.
  public var after: TrafficSummary?

  /// - Parameters:
  ///   - disturbance: from the first injection until the steady state after began (or the traffic ended); `nil` where no
  ///     fault struck.
  ///   - end: when the traffic ended, in seconds since the start.
  ///   - rule: what a disturbance is.
  public init(_ samples: [Sample], disturbance: ClosedRange<Double>?, end: Double, rule: RecoveryRule = RecoveryRule())
  {
    let disturbances = rule.disturbances(of: samples, until: end)
    func disturbed(_ from: Double, _ to: Double) -> Double {
      disturbances.reduce(0) { $0 + max(min($1.end ?? end, to) - max($1.start, from), 0) }
    }
    guard let disturbance else {
      before = TrafficSummary(samples, secondsLong: end - (samples.first?.start ?? end))
      before.disturbedSeconds = disturbed(0, end)
      return
    }
    let (from, to) = (disturbance.lowerBound, disturbance.upperBound)
    before = TrafficSummary(
      samples.filter { $0.end < from }, secondsLong: from - min(samples.first?.start ?? from, from))
    before.disturbedSeconds = disturbed(0, from)
    during = TrafficSummary(samples.filter { $0.end >= from && $0.start < to }, secondsLong: to - from)
    let later = samples.filter { $0.start >= to && $0.end >= from }
    during?.disturbedSeconds = disturbed(from, to)
    after = later.isEmpty ? nil : TrafficSummary(later, secondsLong: max(end - to, 0))
    after?.disturbedSeconds = disturbed(to, end)
  }
}
