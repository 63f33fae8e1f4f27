import ChaosPlan
import Faults
import Foundation
import Orchestrator
import Report
import Stack
import Testing

extension Scenarios {
  /// One short run for each kind of network fault: it must be in effect as measured, be healed, and leave nothing.
  @Suite(.serialized) struct Network {
    @Test(
      .timeLimit(.minutes(4)),
      arguments: [
        "isolate: { tier: redis, role: replica }",
        "isolate: { tier: worker, peers: sql, direction: out }",
        "isolate: { tier: rabbitmq, role: follower, peers: own-tier, direction: in }",
        "partition: { tier: redis, shape: majorities-ring }",
        "partition: { tier: rabbitmq, shape: bridge }",
        "loss: { tier: api, mode: all, percent: 5 }",
        "reset: { tier: redis, role: master, percent: 20 }",
        "latency: { tier: rabbitmq, role: leader, delay: 40ms, jitter: 10ms }",
        "bandwidth: { tier: rabbitmq, role: follower, rate: 512kbit/s }",
        "dns-failure: { tier: api, mode: all }",
      ])
    func kind(_ fault: String) async throws {
      let text = """
        name: network-scenario
        description: Is it in effect, is it healed, and is nothing lost?
        workload: { kind: register, clients: 6, keys: 8, fresh-key-share: 0.3, read-share: 0.4, rate: 50/s }
        steady-state: { before: 2s, after: 2s }
        faults:
          - \(fault)
            duration: 4s
        expect: { lost-writes: 0, never-written-reads: 0 }

        """
      let plan = try PlanParser.parse(text, path: "network.yml")
      let result = try await Laboratory.run(PlanFile(path: "network.yml", text: text, plan: plan))
      let report = TextReport(result.report, folder: result.folder).text
      #expect(result.exitStatus == 0, "\(report)")
      let struck = try #require(result.report.faults.first)
      #expect(struck.inEffectAt != nil && struck.healedAt != nil, "\(report)")
      #expect(struck.problems.isEmpty, "\(struck.problems)")
      let residue = try await Stack(try Laboratory.configuration()).residue()
      #expect(residue.isEmpty, "\(residue)")
    }

    /// A container beside the stack, without its label, is not struck, whoever asks.
    @Test(.timeLimit(.minutes(1))) func aContainerOfSomebodyElseIsRefused() async throws {
      let stack = Stack(try Laboratory.configuration())
      let name = "not-of-kvchaos-\(UInt32.random(in: 0..<1_000_000))"
      let create = try await docker("create", "--name", name, "kvchaos/netfault:local", "sleep", "60")
      #expect(create == 0)
      #expect(try await docker("start", name) == 0)
      defer { Task { try? await docker("rm", "--force", name) } }
      await #expect(throws: (any Error).self) { try await stack.engine.kill(container: name, signal: "SIGKILL") }
      await #expect(throws: (any Error).self) { try await stack.engine.pause(container: name) }
      await #expect(throws: (any Error).self) {
        _ = try await stack.engine.run(["nft", "list", "tables"], inNetworkOf: name, timeout: .seconds(5))
      }
      await #expect(throws: (any Error).self) {
        try await stack.engine.startHelper("kvchaos-x", ["true"], inNetworkOf: name)
      }
      // One of the stack's own is no helper, and is not removed as one.
      await #expect(throws: (any Error).self) { try await stack.engine.removeHelper("kvchaos-redis-1") }
      #expect(try await stack.engine.helpers().isEmpty)
      _ = try await docker("rm", "--force", name)
    }

    @discardableResult
    private func docker(_ arguments: String...) async throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["docker"] + arguments
      process.standardOutput = nil
      process.standardError = nil
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}
