import ChaosPlan
import History
import Report
import Synchronization

/// The traffic at one moment of the run.
public struct LiveMeasure: Sendable, Hashable {
  public var ok = 0
  public var fail = 0
  public var unknown = 0
  /// Operations that ended in the last full second.
  public var ratePerSecond = 0
  /// Seconds; of the operations that ended in ok so far.
  public var latencyP99: Double?
  /// When the last operation ended that was not served (`RecoveryRule`), since the start.
  public var lastNotServedAt: Duration?
  /// When the last operation was served.
  public var lastServedAt: Duration?
  /// Share of the operations that ended within the window of the plan's stop condition and were answered with ok;
  /// `nil` where none ended.
  public var recentAvailability: Double?

  public init() {}

  public var operations: Int { ok + fail + unknown }
  public var availability: Double? { operations == 0 ? nil : Double(ok) / Double(operations) }

  /// Why the steady-state hypothesis does not hold; `nil` if it does.
  func violation(of hypothesis: SteadyState.Hypothesis) -> String? {
    guard let availability else { return "no operation was answered" }
    if availability < hypothesis.availabilityMinimum {
      return "\(ok) of \(operations) operations were answered with ok"
    }
    if let limit = hypothesis.latencyP99Maximum, let latencyP99, latencyP99 > limit / .seconds(1) {
      return "the 99th percentile of the latency was \(latencyP99) s"
    }
    return nil
  }

  /// Why the faults must end now; `nil` if they need not.
  ///
  /// - Parameter since: nothing before counts.
  func violation(of stop: StopCondition, since: Duration, at now: Duration) -> String? {
    // Before a whole window has passed, a few operations would speak for all.
    if let minimum = stop.availabilityMinimum, now - since >= stop.window, let recentAvailability,
      recentAvailability < minimum
    {
      return
        "\(rounded(recentAvailability * 100)) % of the last \(rounded(stop.window / .seconds(1))) s was answered with ok"
    }
    let unserved = now - max(since, lastServedAt ?? .zero)
    if let maximum = stop.unservedMaximum, unserved > maximum {
      return "no client was served for \(rounded(unserved / .seconds(1))) s"
    }
    return nil
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  /// Whether every client has been served for this time, counted from `since` at the earliest.
  func isQuiet(for quiet: Duration, since: Duration, at now: Duration) -> Bool {
    guard let lastServedAt, now - lastServedAt < quiet else { return false }
    return now - max(since, lastNotServedAt ?? .zero) >= quiet
  }
}

/// Counts the events of a run as they are written. Called under the history's lock: constant time and constant memory,
/// however long the run.
final class LiveStatistics: Sendable {
  private struct State {
    var measure = LiveMeasure()
    var pairing = Pairing()
    /// Of the operations that ended in ok.
    var latencies = LatencyDistribution()
    var second: Int64 = 0
    var inThisSecond = 0
    /// The operations of the last seconds, by second; only as many as the window needs.
    var recent: [(second: Int64, ok: Int, all: Int)] = []
  }

  private let rule: RecoveryRule
  private let windowSeconds: Int64
  private let state = Mutex(State())

  init(rule: RecoveryRule, window: Duration = .seconds(10)) {
    self.rule = rule
    windowSeconds = max(1, Int64((window / .seconds(1)).rounded(.up)))
  }

  func observe(_ event: Event) {
    state.withLock { state in
      guard case .completion(let operation) = state.pairing.add(event), let taken = operation.latencyNanoseconds else {
        return
      }
      let latency = Double(taken) / 1e9
      let second = event.timeNanoseconds / 1_000_000_000
      if second != state.second {
        state.measure.ratePerSecond = second == state.second + 1 ? state.inThisSecond : 0
        (state.second, state.inThisSecond) = (second, 0)
      }
      state.inThisSecond += 1
      if state.recent.last?.second != second { state.recent.append((second, 0, 0)) }
      state.recent[state.recent.count - 1].all += 1
      if operation.outcome == .ok { state.recent[state.recent.count - 1].ok += 1 }
      state.recent.removeAll { $0.second <= second - windowSeconds }
      switch operation.outcome {
      case .ok:
        state.measure.ok += 1
        state.latencies.record(seconds: latency)
      case .failed: state.measure.fail += 1
      case .unknown: state.measure.unknown += 1
      }
      let now = Duration.nanoseconds(event.timeNanoseconds)
      if operation.outcome == .ok, latency <= rule.latencyLimit {
        state.measure.lastServedAt = now
      } else {
        state.measure.lastNotServedAt = now
      }
    }
  }

  func measure(withLatency: Bool = false) -> LiveMeasure {
    state.withLock { state in
      var measure = state.measure
      let all = state.recent.reduce(0) { $0 + $1.all }
      if all > 0 { measure.recentAvailability = Double(state.recent.reduce(0) { $0 + $1.ok }) / Double(all) }
      if withLatency { measure.latencyP99 = state.latencies.percentile(0.99) }
      return measure
    }
  }
}
