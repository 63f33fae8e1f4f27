import KeyValueStore
import ServiceMetrics

/// Metrics of all partitions of a worker together.
final class WorkerMetrics: Sendable {
  let batchesCommitted: Counter
  let batchesRolledBack: Counter
  let batchesUnknown: Counter
  let applied: Counter
  let duplicates: Counter
  let refused: Counter
  let conflicts: Counter
  let deadLetters: Counter
  let operationsPruned: Counter
  let batchCommands: Histogram
  let persistDelay: Histogram

  init(_ registry: MetricsRegistry) {
    let batches = ("kv_batches_total", "Transactions for batches of commands, by outcome; each attempt counts.")
    batchesCommitted = registry.counter(batches.0, batches.1, [("outcome", "committed")])
    batchesRolledBack = registry.counter(batches.0, batches.1, [("outcome", "rolled-back")])
    batchesUnknown = registry.counter(batches.0, batches.1, [("outcome", "unknown")])
    let commands = (
      "kv_commands_total",
      "Commands in committed batches: applied, already applied (duplicate), refused for their condition (refused) or their operation id (conflict)."
    )
    applied = registry.counter(commands.0, commands.1, [("result", "applied")])
    duplicates = registry.counter(commands.0, commands.1, [("result", "duplicate")])
    refused = registry.counter(commands.0, commands.1, [("result", "refused")])
    conflicts = registry.counter(commands.0, commands.1, [("result", "conflict")])
    deadLetters = registry.counter(
      "kv_dead_letters_total", "Messages that cannot be decoded; each attempt to store one as a dead letter counts.")
    operationsPruned = registry.counter(
      "kv_operations_pruned_total", "Records of operations that were removed for their age.")
    batchCommands = registry.histogram(
      "kv_batch_commands", "Commands in a committed batch.", bounds: Histogram.sizeBounds, divisor: 1)
    persistDelay = registry.histogram(
      "kv_write_persist_delay_seconds",
      "From the API's acceptance of a write to the end of the SQL commit that made it durable.",
      bounds: Histogram.delayBounds)
  }
}
