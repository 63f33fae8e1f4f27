import Faults
import Foundation
import Stack
import Testing

extension Scenarios {
  /// The containers that network faults may touch.
  @Suite(.serialized) struct Network {
    /// A container beside the stack, without its label, is not struck, no matter what asks for it.
    @Test(.timeLimit(.minutes(5))) func aContainerOfSomebodyElseIsRefused() async throws {
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
