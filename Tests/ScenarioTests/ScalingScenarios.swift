import ChaosPlan
import Orchestrator
import Report
import Stack
import TestSupport
import Testing
import Workload

extension Scenarios {
  /// Containers of our own tiers come and go under load, on purpose and not by accident: no client may notice it in the
  /// data.
  @Suite(.serialized) struct Scaling {
    /// Up and down, both tiers, and at the end as many as before. A step leaves the least that can serve.
    private static let steps: [(tier: ScalableTier, count: Int)] = [
      (.worker, 1), (.api, 1), (.worker, 4), (.api, 4), (.worker, 2), (.api, 2), (.worker, 3), (.api, 3),
    ]

    @Test(.timeLimit(.minutes(5))) func noWriteIsLost() async throws {
      let text = """
        name: scaling
        description: Are writes lost or reordered while APIs and workers are started and stopped?
        workload: { kind: register, clients: 8, keys: 8, fresh-key-share: 0.3, read-share: 0.3, rate: 150/s }
        steady-state: { before: 25s, after: 3s }
        faults: []

        """
      let plan = try PlanParser.parse(text, path: "scaling.yml", target: StoreTarget.forPlans)
      let (begins, starter) = AsyncStream<Void>.makeStream()
      let stack = Stack(try Laboratory.configuration())
      async let scaled: [Int] = {
        for await _ in begins {
          var before: [Int] = []
          for step in Self.steps { before.append(try await stack.scale(step.tier, to: step.count)) }
          return before
        }
        return []
      }()
      let result = try await Laboratory.run(PlanFile(path: "scaling.yml", text: text, plan: plan)) { reached in
        if reached == .steadyBefore { starter.yield() }
        if reached == .verdict { starter.finish() }
      }
      starter.finish()
      // Each step found what the one before had left.
      let found = try await scaled
      #expect(found.dropFirst(2) == [1, 1, 4, 4, 2, 2])
      let left = (try await stack.runningCount(.worker), try await stack.runningCount(.api))
      #expect(left == (3, 3))
      let report = TextReport(result.report, folder: result.folder).text
      #expect(result.exitStatus == 0, "\(report)")
      #expect(result.report.lostWrites.isEmpty)
      #expect(result.report.settlement.map { $0.acknowledgedWrites > 1_000 } == true)
    }
  }
}
