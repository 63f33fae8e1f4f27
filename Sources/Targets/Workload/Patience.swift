/// Asks a question again until it is answered, or the time is up.
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
  /// - Returns: the answer that is ok; `nil` where there was none in time.
  public func answer(_ ask: () async -> Completion) async -> Completion? {
    // The time is up only after the last pause: by then it has been as long as was granted, and a store that answered
    // nothing for that long counts as gone.
    repeat {
      let completion = await ask()
      if completion.outcome == .ok { return completion }
      try? await Task.sleep(for: pause)
    } while ContinuousClock.now < deadline && !Task.isCancelled
    return nil
  }
}
