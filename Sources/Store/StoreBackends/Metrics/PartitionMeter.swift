import KeyValueStore
import ServiceMetrics
import Synchronization

/// Turns what one partition's runner observes into numbers.
final class PartitionMeter: Sendable {
  private let metrics: WorkerMetrics
  private let wallClock: @Sendable () -> Int64
  /// True while the last attempt's commit is unknown: the next one may find its own commands applied.
  private let isUnknown = Atomic<Bool>(false)
  /// The last delivery of the channel, and the last one that was acknowledged on it.
  private let delivered = Atomic<UInt64>(0)
  private let acknowledged = Atomic<UInt64>(0)

  /// - Parameter wallClock: milliseconds since 1970.
  init(
    _ metrics: WorkerMetrics, _ registry: MetricsRegistry, partition: Partition,
    wallClock: @escaping @Sendable () -> Int64
  ) {
    self.metrics = metrics
    self.wallClock = wallClock
    registry.gauge(
      "kv_worker_held_messages", "Messages that this worker holds unacknowledged, by queue.",
      [("queue", partition.queueName)]
    ) { [weak self] in Double(self?.held ?? 0) }
  }

  /// Messages delivered and not acknowledged. Tags go up by one from 1 within a channel.
  var held: UInt64 {
    let acknowledged = acknowledged.load(ordering: .relaxed)
    let delivered = delivered.load(ordering: .relaxed)
    return delivered > acknowledged ? delivered - acknowledged : 0
  }

  /// The channel opened or closed: messages from the last one will be delivered again.
  func channelChanged() {
    delivered.store(0, ordering: .relaxed)
    acknowledged.store(0, ordering: .relaxed)
  }

  func delivered(upTo tag: UInt64) { delivered.store(tag, ordering: .relaxed) }

  func acknowledged(upTo tag: UInt64) { acknowledged.store(tag, ordering: .relaxed) }

  func observe(_ observation: PartitionRunner<ContinuousClock>.Observation) {
    switch observation {
    case .committed(let results):
      committed(results, afterUnknown: isUnknown.exchange(false, ordering: .relaxed))
    case .notApplied: metrics.batchesRolledBack.add()
    case .unknown:
      isUnknown.store(true, ordering: .relaxed)
      metrics.batchesUnknown.add()
    case .deadLetter: metrics.deadLetters.add()
    }
  }

  private func committed(_ results: [AppliedCommand], afterUnknown: Bool) {
    let now = wallClock()
    var counts: (applied: UInt64, duplicates: UInt64, refused: UInt64, conflicts: UInt64) = (0, 0, 0, 0)
    for result in results {
      switch result.disposition {
      case .applied: counts.applied += 1
      case .duplicate: counts.duplicates += 1
      case .refused: counts.refused += 1
      case .conflict: counts.conflicts += 1
      }
      // A command is measured once, when its commit is known: applied now, or by the attempt whose answer was lost.
      // Otherwise the histogram would leave out the slowest.
      if result.disposition == .applied || (afterUnknown && result.disposition == .duplicate) {
        // The two clocks belong to two machines: if the end is before the start, that is clock skew, not a delay.
        metrics.persistDelay.observe(UInt64(max(0, now - result.command.acceptedAtMilliseconds)) * 1000)
      }
    }
    metrics.batchesCommitted.add()
    metrics.batchCommands.observe(UInt64(results.count))
    metrics.applied.add(counts.applied)
    if counts.duplicates > 0 { metrics.duplicates.add(counts.duplicates) }
    if counts.refused > 0 { metrics.refused.add(counts.refused) }
    if counts.conflicts > 0 { metrics.conflicts.add(counts.conflicts) }
  }
}
