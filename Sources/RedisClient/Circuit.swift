/// A circuit breaker: after a failure nothing is tried for a while, longer with each further failure. Pure.
struct Circuit {
  private let pause: Duration
  private let pauseMaximum: Duration
  private var failures = 0
  private var openUntil: ContinuousClock.Instant?

  init(pause: Duration, pauseMaximum: Duration) {
    self.pause = pause
    self.pauseMaximum = pauseMaximum
  }

  /// False while the circuit is open.
  func admits(now: ContinuousClock.Instant) -> Bool { openUntil.map { $0 <= now } ?? true }

  mutating func succeeded() {
    failures = 0
    openUntil = nil
  }

  /// Opens the circuit; a failure while it is open does not prolong it.
  mutating func failed(now: ContinuousClock.Instant) {
    guard admits(now: now) else { return }
    openUntil = now + min(pause * (1 << min(failures, 10)), pauseMaximum)
    failures += 1
  }
}
