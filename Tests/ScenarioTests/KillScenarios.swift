import ChaosPlan
import Consistency
import Orchestrator
import Report
import TestSupport
import Testing

/// Every scenario on the real stack. One after the other: they share it.
@Suite(
  .serialized,
  .enabled("no Docker Engine answers; start one, or run scripts/bootstrap (in CI this is a failure)") {
    await Laboratory.isWanted()
  })
struct Scenarios {}

extension Scenarios {
  /// The plans of `chaos/` that kill a node, as a user runs them.
  @Suite(.serialized) struct Kills {
    @Test(
      .timeLimit(.minutes(6)),
      arguments: ["redis-master-kill", "rabbitmq-leader-kill", "sql-leader-kill", "worker-kill", "api-kill"])
    func plan(_ name: String) async throws {
      let file = try PlanFile(path: "\(Laboratory.home)/chaos/\(name).yml", target: StoreTarget.forPlans)
      let result = try await Laboratory.run(file)
      let text = TextReport(result.report, folder: result.folder).text
      #expect(result.exitStatus == 0, "\(text)")
      #expect(result.report.lostWrites.isEmpty)
    }
  }
}
