import ChaosPlan

/// Watches the store and lets an `Autoscaler` decide how many workers it has.
public struct AutoscaleRun: Sendable {
  /// Progress events: every sample, and every change once it is done.
  public enum Event: Sendable, Hashable {
    case sampled(Autoscaler.Sample)
    /// - Parameter took: until the workers were healthy, or gone.
    case scaled(from: Int, to: Int, reason: String, at: Duration, took: Duration)
    /// A sample or a change that failed; it is retried.
    case problem(String)
  }

  private let stack: Stack
  private let policy: Autoscaler.Policy
  private let interval: Duration
  private let tell: @Sendable (Event) -> Void

  public init(
    _ stack: Stack, policy: Autoscaler.Policy, interval: Duration = .seconds(2),
    tell: @escaping @Sendable (Event) -> Void
  ) {
    self.stack = stack
    self.policy = policy
    self.interval = interval
    self.tell = tell
  }

  /// Runs for this time (`nil`: forever), or until the task is cancelled. The number of workers then stays as it is.
  ///
  /// - Throws: `unavailable` when the stack is not up at the start, or another process changes it; later failures are
  ///   reported and retried.
  public func run(for duration: Duration?) async throws(StackError) {
    let lock = try await stack.claim()
    defer { withExtendedLifetime(lock) {} }
    guard try await stack.runningCount(.worker) > 0 else {
      throw StackError(code: .unavailable, message: "no worker runs; run `kvchaos up`")
    }
    var autoscaler = Autoscaler(policy)
    let clock = ContinuousClock()
    let start = clock.now
    var delays = try await stack.persistDelays()
    var next = start + interval
    while !Task.isCancelled, duration.map({ start.duration(to: next) <= $0 }) ?? true {
      try? await clock.sleep(until: next)
      next += interval
      do throws(StackError) {
        let now = try await stack.persistDelays()
        let committed = BucketCounts.sum(of: now, since: delays)
        delays = now
        let sample = Autoscaler.Sample(
          time: start.duration(to: clock.now), workers: try await stack.runningCount(.worker),
          delay: committed?.quantile(0.99).map { .milliseconds(Int($0 * 1_000)) }, queue: await stack.queuedMessages())
        tell(.sampled(sample))
        guard case .scale(let count, let reason) = autoscaler.decide(sample) else { continue }
        let begun = clock.now
        try await stack.scale(.worker, to: count)
        tell(
          .scaled(
            from: sample.workers, to: count, reason: reason, at: sample.time, took: begun.duration(to: clock.now)))
      } catch {
        tell(.problem(error.message))
      }
      // A change takes longer than a sample; missed samples are skipped.
      next = max(next, clock.now)
    }
  }
}
