/// Waits for a condition by looking again and again.
public enum Poll {
  /// Looks until it finds what is final, or the time is up, or the task is cancelled.
  ///
  /// It looks at least once, even after the deadline. The caller sees from the result whether it waited in vain, and
  /// says so in its own words.
  ///
  /// - Parameters:
  ///   - deadline: after this there is no further pause.
  ///   - pause: the time between the end of a look and the next one.
  ///   - isFinal: whether to return what was found.
  /// - Returns: what the last look found.
  public static func until<Found, Failure: Error, C: Clock>(
    _ deadline: C.Instant, every pause: C.Instant.Duration, clock: C,
    _ look: () async throws(Failure) -> Found, isFinal: (Found) -> Bool
  ) async throws(Failure) -> Found {
    while true {
      let found = try await look()
      if isFinal(found) || clock.now >= deadline || Task.isCancelled { return found }
      try? await clock.sleep(until: clock.now.advanced(by: pause), tolerance: nil)
    }
  }

  /// On the clock of this machine.
  public static func until<Found, Failure: Error>(
    _ deadline: ContinuousClock.Instant, every pause: Duration, _ look: () async throws(Failure) -> Found,
    isFinal: (Found) -> Bool
  ) async throws(Failure) -> Found {
    try await until(deadline, every: pause, clock: ContinuousClock(), look, isFinal: isFinal)
  }
}
