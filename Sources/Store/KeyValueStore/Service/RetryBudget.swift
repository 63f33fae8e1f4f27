import Synchronization

/// Limits retries to a share of the requests, plus a few a second. A tier that fails for all requests then gets little
/// more load than a healthy one, instead of several times as much.
///
/// Source: Finagle's `RetryBudget` (and "Addressing Cascading Failures", Site Reliability Engineering, chapter 22).
public final class RetryBudget<C: Clock>: Sendable where C.Duration == Duration {
  /// The budget's size.
  public struct Limits: Sendable, Hashable {
    /// Retries for each request, on average.
    public var share = 0.1
    /// Retries a second that are always allowed, so that retries work at low traffic too.
    public var perSecond = 10.0
    /// The maximum that can be saved up, and the initial value.
    public var saved = 500.0

    public init() {}
  }

  private struct State {
    var tokens: Double
    var filledAt: C.Instant
  }

  private let limits: Limits
  private let clock: C
  private let state: Mutex<State>

  public init(clock: C, limits: Limits = Limits()) {
    self.clock = clock
    self.limits = limits
    state = Mutex(State(tokens: limits.saved, filledAt: clock.now))
  }

  /// A request begins.
  public func deposit() {
    state.withLock { $0.tokens = min($0.tokens + limits.share, limits.saved) }
  }

  /// Whether one more retry is allowed now.
  public func withdraw() -> Bool {
    let now = clock.now
    return state.withLock { state in
      let seconds = state.filledAt.duration(to: now) / .seconds(1)
      state.filledAt = now
      state.tokens = min(state.tokens + max(seconds, 0) * limits.perSecond, limits.saved)
      guard state.tokens >= 1 else { return false }
      state.tokens -= 1
      return true
    }
  }
}
