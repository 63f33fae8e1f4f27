/// A circuit breaker: after a failure nothing is tried for a while, longer with each further failure; then one command
/// is let through as a probe, and all others only when it has succeeded. Pure.
struct Circuit {
  private enum State {
    case closed
    case open(until: ContinuousClock.Instant)
    /// The probe is under way.
    case halfOpen
  }

  private let pause: Duration
  private let pauseMaximum: Duration
  private var failures = 0
  /// When the first failure was after which nothing has succeeded.
  private(set) var brokenSince: ContinuousClock.Instant?
  private var state = State.closed

  init(pause: Duration, pauseMaximum: Duration) {
    self.pause = pause
    self.pauseMaximum = pauseMaximum
  }

  /// Whether nothing has to be asked: true as long as all is well.
  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// Whether a command may be tried now. The first one after the pause is the probe: its end must be told, by
  /// `succeeded` or `failed`, before another is admitted.
  mutating func admits(now: ContinuousClock.Instant) -> Bool {
    switch state {
    case .closed: return true
    case .halfOpen: return false
    case .open(let until):
      guard until <= now else { return false }
      state = .halfOpen
      return true
    }
  }

  mutating func succeeded() {
    failures = 0
    brokenSince = nil
    state = .closed
  }

  /// Opens the circuit; a failure while it is open does not prolong it.
  mutating func failed(now: ContinuousClock.Instant) {
    if case .open = state { return }
    brokenSince = brokenSince ?? now
    state = .open(until: now + min(pause * (1 << min(failures, 10)), pauseMaximum))
    failures += 1
  }
}
