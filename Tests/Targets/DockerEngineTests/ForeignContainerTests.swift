import DockerEngine
import Faults
import Foundation
import TestSupport
import Testing

/// Containers of another Compose project, or of none: looked at once, to see that they are not the stack's, and never
/// touched.
@Suite struct ForeignContainerTests {
  /// Everything that a fault, a heal or a sweep may do to a container.
  static let deeds: [(name: String, deed: @Sendable (DockerEngine, String) async throws -> Void)] = [
    ("kill", { try await $0.kill(container: $1, signal: "SIGKILL") }),
    ("start", { try await $0.start(container: $1) }),
    ("stop", { try await $0.stop(container: $1, timeoutSeconds: 1) }),
    ("pause", { try await $0.pause(container: $1) }),
    ("unpause", { try await $0.unpause(container: $1) }),
    ("exec", { _ = try await $0.run(["true"], in: $1, timeout: .seconds(1)) }),
    ("limit", { try await $0.setLimits(ContainerLimits(cores: 0.1, memoryBytes: 1 << 20), of: $1) }),
    ("rules", { _ = try await $0.run(["nft", "flush ruleset"], inNetworkOf: $1, timeout: .seconds(1)) }),
    ("helper", { try await $0.startHelper("kvchaos-x", ["true"], inNetworkOf: $1) }),
    ("remove", { try await $0.removeHelper($1) }),
    ("sweep", { try await $0.removeRuleTable("kvchaos_1", in: $1) }),
  ]

  private static func inspection(_ labels: String) -> String {
    #"""
    {"Id":"abc","Name":"/stranger","State":{"Status":"running","ExitCode":0,"StartedAt":"2026-01-01T00:00:00Z"},
     "Config":{"Labels":\#(labels)},"HostConfig":{}}
    """#
  }

  @Test(
    arguments: deeds.indices,
    [
      #"{"com.docker.compose.project":"another"}"#, "{}", "null",
      // The label of a helper of this suite does not make it the stack's.
      #"{"com.docker.compose.project":"kvchaos2","io.kvchaos.side":"netfault"}"#,
    ])
  func nothingIsDoneToIt(deed: Int, labels: String) async throws {
    let fake = FakeEngine { line in
      line.hasPrefix("GET") ? (200, Self.inspection(labels)) : (204, "")
    }
    let engine = DockerEngine(project: "kvchaos", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    let error = await #expect(throws: DockerEngineError.self, "\(Self.deeds[deed].name)") {
      try await Self.deeds[deed].deed(engine, "stranger")
    }
    #expect(error?.code == .foreignContainer)
    #expect(fake.requests == ["GET /containers/stranger/json"])
  }

  /// The stack's own are no helpers: a sweep never removes one.
  @Test func aContainerOfTheStackIsNotRemovedAsAHelper() async throws {
    let fake = FakeEngine { line in
      line.hasPrefix("GET") ? (200, Self.inspection(#"{"com.docker.compose.project":"kvchaos"}"#)) : (204, "")
    }
    let engine = DockerEngine(project: "kvchaos", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    let error = await #expect(throws: DockerEngineError.self) { try await engine.removeHelper("stranger") }
    #expect(error?.code == .foreignContainer)
    #expect(fake.requests == ["GET /containers/stranger/json"])
  }

  /// It is the id that was looked at that is acted on: a name may change its owner in between.
  @Test func theOwnIsActedOnByItsID() async throws {
    let fake = FakeEngine { line in
      line.hasPrefix("GET") ? (200, Self.inspection(#"{"com.docker.compose.project":"kvchaos"}"#)) : (204, "")
    }
    let engine = DockerEngine(project: "kvchaos", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    try await engine.kill(container: "stranger", signal: "SIGKILL")
    #expect(fake.requests == ["GET /containers/stranger/json", "POST /containers/abc/kill?signal=SIGKILL"])
  }

  /// An engine that takes a request and never answers: an error after this many seconds, not a run that hangs.
  @Test(.timeLimit(.minutes(10))) func anEngineThatHangsIsAnError() async throws {
    let fake = FakeEngine { line in
      line.hasSuffix("/json") ? (200, Self.inspection(#"{"com.docker.compose.project":"kvchaos"}"#)) : nil
    }
    let engine = DockerEngine(project: "kvchaos", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    let error = await #expect(throws: DockerEngineError.self) {
      _ = try await engine.run(["true"], in: "stranger", timeout: .milliseconds(200))
    }
    #expect(error?.code == .timedOut)
  }

  /// Cancelling does not wait for the engine.
  @Test(.timeLimit(.minutes(10))) func aCancelledCallEnds() async throws {
    let fake = FakeEngine { _ in nil }
    let engine = DockerEngine(project: "kvchaos", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    let task = Task { try await engine.inspect("stranger") }
    while fake.requests.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: DockerEngineError.self) { try await task.value }
  }
}
