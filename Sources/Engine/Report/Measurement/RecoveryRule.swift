import Presentation

/// When service counts as back.
///
/// An operation is *served* if it is answered with ok within `latencyLimit`. A *disturbance* is a series of operations
/// that were not served, in the order of their calls, in which each is called less than `quiet` after service had
/// seemed to be back; it lasts from the call of the first until the call of the first served operation after the last.
/// So from the end of a disturbance on, for at least `quiet`, every caller is served. Time is that of the call: an
/// operation that hangs for 10 s in a store that serves all other clients again after 3 s does not make the recovery 10
/// s long.
public struct RecoveryRule: Sendable, Hashable, Codable {
  /// Seconds.
  public var quiet: Double
  /// Seconds.
  public var latencyLimit: Double

  public init(quiet: Double = 2, latencyLimit: Double = 2) {
    self.quiet = quiet
    self.latencyLimit = latencyLimit
  }

  /// The text of the definition, for reports.
  public var explanation: String {
    """
    Recovery: the time from the strike (or the heal) until every client that calls is served again (answered with ok \
    within \(Numbers.number(latencyLimit)) s), for at least \(Numbers.number(quiet)) s without a break.
    """
  }

  /// A period in which not every client was served.
  public struct Disturbance: Sendable, Hashable {
    public var start: Double
    /// `nil`: service was not seen to be back.
    public var end: Double?
  }

  /// The disturbances of a run.
  ///
  /// - Parameters:
  ///   - samples: by start.
  ///   - end: when the traffic ended: what is not over `quiet` before it has no end.
  public func disturbances(of samples: [Sample], until end: Double) -> [Disturbance] {
    var found: [Disturbance] = []
    for sample in samples where sample.start <= end {
      let isServed = sample.isServed(within: latencyLimit)
      switch (isServed, found.last) {
      case (true, let last?) where last.end == nil:
        found[found.count - 1].end = sample.start
      case (false, let last?) where last.end.map({ sample.start - $0 < quiet }) ?? true:
        found[found.count - 1].end = nil
      case (false, _):
        found.append(Disturbance(start: sample.start, end: nil))
      case (true, _):
        break
      }
    }
    if let last = found.last, let over = last.end, end - over < quiet { found[found.count - 1].end = nil }
    return found
  }

  /// How long after `moment` service was back.
  ///
  /// Every disturbance counts that is in progress at `moment` or begins before `horizon`. An operation that was open at
  /// `moment` and was not served counts as called then.
  ///
  /// - Parameters:
  ///   - moment: of the injection, or of the heal.
  ///   - horizon: up to when a disturbance is attributed to this: the heal for an injection, `moment + quiet` for a
  ///     heal.
  ///   - end: when the traffic (or, with several faults, the time before the next) ended.
  /// - Returns: seconds, 0 where no client noticed; `nil` where service was not back before `end`, or no client called.
  public func recovery(after moment: Double, horizon: Double, of samples: [Sample], until end: Double) -> Double? {
    let clipped = samples.filter { $0.end >= moment && $0.start <= end }.map { sample in
      var sample = sample
      if sample.start < moment, !sample.isServed(within: latencyLimit) { sample.start = moment }
      return sample
    }.filter { $0.start >= moment }.sorted { $0.start < $1.start }
    let own = disturbances(of: clipped, until: end).filter { $0.start < max(horizon, moment + quiet) }
    guard let last = own.last else { return clipped.isEmpty ? nil : 0 }
    return last.end.map { max($0 - moment, 0) }
  }
}
