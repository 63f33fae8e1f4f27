/// When a client starts its operations: one per period, or each right after the last one.
struct Pace<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
  private let period: Duration
  /// When the next one begins.
  private(set) var next: Instant

  /// - Parameters:
  ///   - period: `nil`: no operation waits.
  ///   - offset: the share of the period before the first operation, so that clients spread.
  init(period: Duration?, offset: Double, from start: Instant) {
    self.period = period ?? .zero
    next = start.advanced(by: self.period * offset)
  }

  /// An operation begins. A client that falls behind does not catch up: that would cause a burst just when the store is
  /// back.
  mutating func begin(at now: Instant) { next = max(next.advanced(by: period), now) }

  /// The operation ended, and the client waits at least this long before the next one.
  mutating func pause(for pause: Duration, from now: Instant) { next = max(next, now.advanced(by: pause)) }
}
