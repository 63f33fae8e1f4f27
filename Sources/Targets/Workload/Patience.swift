/// Repeats a request until it is answered, or the time is up.
public struct Patience: Sendable {
  private let deadline: ContinuousClock.Instant
  private let pause: Duration

  /// - Parameter pause: between two attempts.
  public init(until deadline: ContinuousClock.Instant, pause: Duration = .milliseconds(250)) {
    self.deadline = deadline
    self.pause = pause
  }

  /// Asks at least once, and not again when the task is cancelled.
  ///
  /// - Returns: the first ok answer; `nil` if there was none in time.
  public func answer(_ ask: () async -> Completion) async -> Completion? {
    // The time is checked after the pause: by then the full time has passed, and a store that answered nothing for that
    // long counts as gone.
    repeat {
      let completion = await ask()
      if completion.outcome == .ok { return completion }
      try? await Task.sleep(for: pause)
    } while ContinuousClock.now < deadline && !Task.isCancelled
    return nil
  }
}
