import KeyValueStore
import ServiceMetrics
import Testing

@testable import StoreBackends

@Suite("What a partition counts")
struct PartitionMeterTests {
  private let registry = MetricsRegistry()
  private let metrics: WorkerMetrics
  private let meter: PartitionMeter

  init() {
    metrics = WorkerMetrics(registry)
    meter = PartitionMeter(metrics, registry, partition: Partition(index: 3, count: 4), wallClock: { 10_000 })
  }

  private func result(
    _ name: String, acceptedAt: Int64, _ disposition: AppliedCommand.Disposition
  ) throws -> AppliedCommand {
    AppliedCommand(
      command: Command(
        operation: try OperationID(name), key: try Key("k"), effect: .delete, acceptedAtMilliseconds: acceptedAt),
      version: 1, disposition: disposition)
  }

  @Test func delaysAreThoseOfCommandsThatAreNewlyDurable() throws {
    meter.observe(
      .committed([
        try result("a", acceptedAt: 9_990, .applied), try result("b", acceptedAt: 5_000, .duplicate),
        try result("c", acceptedAt: 9_998, .conflict), try result("d", acceptedAt: 12_000, .applied),
      ]))
    #expect(metrics.persistDelay.snapshot().cumulative.last == 2)
    #expect(metrics.persistDelay.snapshot().sum == 10_000)
    #expect(metrics.applied.value == 2)
    #expect(metrics.duplicates.value == 1)
    #expect(metrics.conflicts.value == 1)
    #expect(metrics.batchCommands.snapshot().sum == 4)
  }

  @Test func aCommitWhoseAnswerWasLostIsMeasuredWhenItIsFound() throws {
    let lost = try result("a", acceptedAt: 7_000, .duplicate)
    meter.observe(.unknown(reason: "lost"))
    meter.observe(.notApplied(reason: "no connection"))
    meter.observe(.committed([lost]))
    meter.observe(.committed([lost]))
    #expect(metrics.persistDelay.snapshot().cumulative.last == 1)
    #expect(metrics.persistDelay.snapshot().sum == 3_000_000)
    #expect(metrics.batchesUnknown.value == 1)
    #expect(metrics.batchesRolledBack.value == 1)
    #expect(metrics.batchesCommitted.value == 2)
  }

  @Test func heldMessagesAreThoseOfTheLivingChannel() {
    meter.channelChanged()
    meter.delivered(upTo: 5)
    meter.acknowledged(upTo: 2)
    #expect(registry.text().contains("kv_worker_held_messages{queue=\"kv.commands.4.3\"} 3\n"))
    meter.channelChanged()
    meter.acknowledged(upTo: 5)
    #expect(meter.held == 0)
  }
}
