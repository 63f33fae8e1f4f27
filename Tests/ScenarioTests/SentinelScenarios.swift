import ChaosPlan
import Faults
import Foundation
import Orchestrator
import Polling
import Stack
import Technologies
import TestSupport
import Testing

extension Scenarios {
  /// A system that is not the bundled store, of a technology that the store does not use (`examples/sentinel`).
  @Suite(.serialized) struct Sentinel {
    private static let folder = Repository.file("examples/sentinel").path()
    private static let ledger = FileManager.default.temporaryDirectory.appending(path: "sentinel-\(UUID().uuidString)")

    private let stack: Stack

    init() throws {
      let target = try TargetFile.read(path: "\(Self.folder)/target.yml")
      stack = Stack(StackConfiguration(home: Self.folder, project: target.project, target: target))
    }

    private func compose(_ arguments: String...) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments =
        ["docker", "compose", "--project-name", stack.configuration.project, "--file"]
        + ["\(Self.folder)/docker-compose.yml"] + arguments
      process.standardOutput = nil
      process.standardError = nil
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "docker compose \(arguments)")
    }

    /// Looks at the roles until they are as wanted, or a minute has passed.
    private func status(_ isWanted: (StackStatus) -> Bool) async throws -> StackStatus {
      let status = try await Poll.until(.now + .seconds(60), every: .milliseconds(500)) {
        try await stack.status()
      } isFinal: {
        isWanted($0)
      }
      try #require(
        isWanted(status), "\(status.nodes.map { "\($0.name): \($0.detail), \($0.lack ?? "lacks nothing")" })")
      return status
    }

    private func names(_ role: String, in status: StackStatus) -> [String] {
      status.nodes.filter { $0.roles.contains(Role(rawValue: role)) }.map(\.name)
    }

    /// The plan's fault, at the node that has its role now.
    @Test(.timeLimit(.minutes(5))) func anotherMasterIsPromotedAndTheOldOneFollowsIt() async throws {
      try compose("up", "--detach", "--wait")
      defer {
        try? compose("down", "--volumes", "--timeout", "1")
        try? FileManager.default.removeItem(at: Self.ledger)
      }
      let whole = try await status { $0.nodes.count == 6 && $0.lacking.isEmpty }
      #expect(names("sentinel", in: whole) == (1...3).map { "sentinel-\($0)-1" })
      #expect(names("replica", in: whole).count == 2)

      let plan = try PlanFile(
        path: "\(Self.folder)/master-kill.yml", target: stack.configuration.planTarget
      ).plan
      let fault = try #require(plan.faults.flatMap(\.faults).first)
      var random = SystemRandomNumberGenerator()
      let struck = try whole.resolve(fault.selector, using: &random)
      #expect(struck.map(\.name) == names("master", in: whole))
      let shot = try fault.action.shot(at: struck, in: whole, using: &random)
      let old = try #require(struck.first).name

      let injector = stack.injector(try UndoLedger(path: Self.ledger.path()))
      let injection = try await injector.inject(shot.fault, into: struck.map(\.target))
      let failedOver = try await status { names("master", in: $0).contains { $0 != old } }
      let new = try #require(names("master", in: failedOver).first)
      #expect(failedOver.node(old)?.lack?.hasPrefix("is down") == true)

      let report = await injector.heal(injection)
      #expect(report.isClean, "\(report.failures)")
      let healed = try await status { status in
        status.lacking.isEmpty && status.node(old)?.follows == new && names("master", in: status) == [new]
      }
      #expect(healed.node(old)?.roles == [Role(rawValue: "replica")])
    }
  }
}
