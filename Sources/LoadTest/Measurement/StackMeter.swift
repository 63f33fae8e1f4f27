import Stack

/// Reads what the stack says of itself, before and after a test.
struct StackMeter: Sendable {
  struct Reading: Sendable {
    var processors: [String: ProcessorTime] = [:]
    /// Each worker's histogram of the time from acceptance to commit.
    var delays: [String: BucketCounts] = [:]
    var machine: MachineReading?
    var moment: ContinuousClock.Instant
  }

  static let delayMetric = "kv_write_persist_delay_seconds"
  /// So long nothing more is committed: it is all there.
  private static let stall = Duration.seconds(5)

  let stack: Stack

  /// - Throws: `StackError` when the engine does not answer.
  func read() async throws(StackError) -> Reading {
    let delays = try await delays()
    let processors = try await stack.processorTime()
    return Reading(processors: processors, delays: delays, machine: .now(), moment: .now)
  }

  private func delays() async throws(StackError) -> [String: BucketCounts] {
    try await stack.metrics(of: .worker).compactMapValues { $0.histogram(Self.delayMetric) }
  }

  /// What was committed since a reading, every worker together.
  static func committed(_ now: [String: BucketCounts], since before: [String: BucketCounts]) -> BucketCounts? {
    now.reduce(nil) { sum, worker in
      let own = before[worker.key].map { worker.value.since($0) } ?? worker.value
      return sum.map { $0.adding(own) ?? $0 } ?? own
    }
  }

  /// Waits until the workers have committed so many writes since a reading, or commit none any more.
  ///
  /// - Returns: what they committed, and how long it took to see it.
  func drained(_ writes: Int, since before: Reading) async throws(StackError) -> (BucketCounts, Duration)? {
    let start = ContinuousClock.now
    var last = -1.0
    var progress = start
    while true {
      let found = Self.committed(try await delays(), since: before.delays)
      let count = found?.count ?? 0
      let now = ContinuousClock.now
      if count > last { (last, progress) = (count, now) }
      if Int(count) >= writes || progress.duration(to: now) > Self.stall || Task.isCancelled {
        return found.map { ($0, start.duration(to: progress)) }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
