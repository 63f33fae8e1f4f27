import Synchronization

/// How many attempts may be repeated: a share of the requests, and a few a second besides. A tier that fails for
/// everybody is then asked little more often than when it is well, instead of several times as often.
///
/// Source: Finagle's `RetryBudget` (and "Addressing Cascading Failures", Site Reliability Engineering, chapter 22).
public final class RetryBudget<C: Clock>: Sendable where C.Duration == Duration {
  /// The budget's size.
  public struct Limits: Sendable, Hashable {
    /// Repeated attempts a request, on average.
    public var share = 0.1
    /// Repeated attempts a second that are always allowed, so that few requests are not worse off than many.
    public var perSecond = 10.0
    /// The most that can be saved up, and what there is at the start.
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

  /// Whether one more attempt may be repeated now.
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
