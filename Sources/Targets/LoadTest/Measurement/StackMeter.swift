import Stack

/// Reads the stack's own measurements, before and after a test.
struct StackMeter: Sendable {
  struct Reading: Sendable {
    var processors: [String: ProcessorTime] = [:]
    /// Each worker's histogram of the time from acceptance to commit.
    var delays: [String: BucketCounts] = [:]
    var machine: MachineReading?
    var moment: ContinuousClock.Instant
  }

  /// If no write is committed for this long, none is left to commit.
  private static let stall = Duration.seconds(5)

  let stack: Stack

  /// - Throws: `StackError` when the engine does not answer.
  func read() async throws(StackError) -> Reading {
    let delays = try await stack.persistDelays()
    let processors = try await stack.processorTime()
    return Reading(processors: processors, delays: delays, machine: .now(), moment: .now)
  }

  /// Waits until the workers have committed this many writes since a reading, or stop committing.
  ///
  /// - Returns: what they committed, how long it took to see it, and how many workers are gone: their counts went with
  ///   them.
  func drained(
    _ writes: Int, since before: Reading
  ) async throws(StackError) -> (committed: BucketCounts, took: Duration, workersGone: Int)? {
    let start = ContinuousClock.now
    var last = -1.0
    var progress = start
    while true {
      let delays = try await stack.persistDelays()
      let found = BucketCounts.sum(of: delays, since: before.delays)
      let count = found?.count ?? 0
      let now = ContinuousClock.now
      if count > last { (last, progress) = (count, now) }
      if Int(count) >= writes || progress.duration(to: now) > Self.stall || Task.isCancelled {
        let gone = Set(before.delays.keys).subtracting(delays.keys).count
        return found.map { ($0, start.duration(to: progress), gone) }
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
