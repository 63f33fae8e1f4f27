import Faults
import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// One process at a time changes a stack, whichever checkout it was started from, and only that which this checkout
/// brought up.
@Suite(.timeLimit(.minutes(2)))
struct ClaimTests {
  private static let home = NSTemporaryDirectory() + "kvchaos-test-home"
  /// A checkout that is there.
  private static let other = URL(filePath: #filePath).deletingLastPathComponent().path()

  /// A stack on an engine of its own, whose containers a checkout brought up.
  private static func withStack(
    from folder: String = "\(home)/compose",
    _ body: (_ stack: Stack, _ engine: FakeEngine, _ id: String) async throws -> Void
  ) async throws {
    let id = "TEST:\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: "\(ProjectLock.folder)/\(lockName(id))") }
    let labels = #"{"com.docker.compose.project":"p","com.docker.compose.project.working_dir":"\#(folder)"}"#
    let engine = FakeEngine { request in
      request.contains("/info")
        ? (200, #"{"ID":"\#(id)"}"#)
        : (200, #"[{"Id":"abc","Names":["/p-a"],"Image":"i","Labels":\#(labels),"State":"running"}]"#)
    }
    let configuration = StackConfiguration(
      home: home, project: "p", target: StoreTarget.target,
      engine: EngineEndpoint(socketPath: engine.socketPath, origin: "a test"))
    try await body(Stack(configuration), engine, id)
  }

  private static func lockName(_ engine: String) -> String {
    "kvchaos-\(engine.replacing(":", with: "_"))-p.lock"
  }

  @Test func aStackOfThisCheckoutIsClaimed() async throws {
    try await Self.withStack { stack, _, id in
      let lock = try await stack.claim()
      #expect(lock.path == "\(ProjectLock.folder)/\(Self.lockName(id))")
      // A run brings the stack up: both are of one process.
      #expect(try await stack.claim() === lock)
    }
  }

  /// Each of these changes the stack. None does while another process has the lock.
  @Test func nothingIsChangedWhileAnotherHasTheStack() async throws {
    try await Self.withStack { stack, engine, id in
      // Not `hold`: as another process would.
      let lock = try ProjectLock(engine: id, project: "p", purpose: "kvchaos run x.yml in /home/a")
      func refused(_ what: String, _ body: () async throws -> Void) async {
        let error = await #expect(throws: StackError.self, "\(what)") { try await body() }
        #expect(error?.code == .unavailable, "\(what)")
        #expect(error?.message.contains("kvchaos run x.yml in /home/a (process \(getpid()))") == true, "\(what)")
      }
      await refused("up") { try await stack.up { _ in } }
      await refused("down") { try await stack.down() }
      await refused("heal") { _ = try await stack.recover() }
      await refused("scale") { try await stack.scale(.worker, to: 2) }
      await refused("autoscale") {
        try await AutoscaleRun(stack, policy: Autoscaler.Policy(), tell: { _ in }).run(for: .seconds(1))
      }
      #expect(engine.requests.allSatisfy { $0.hasPrefix("GET /info") }, "\(engine.requests)")
      withExtendedLifetime(lock) {}
    }
  }

  @Test func aStackOfAnotherCheckoutIsLeftAlone() async throws {
    try await Self.withStack(from: Self.other) { stack, engine, _ in
      let error = await #expect(throws: StackError.self) { _ = try await stack.recover() }
      #expect(error?.message.contains("was brought up from") == true)
      #expect(error?.message.contains("--foreign") == true)
      await #expect(throws: StackError.self) { try await stack.down() }
      #expect(engine.requests.allSatisfy { $0.hasPrefix("GET ") }, "\(engine.requests)")
      _ = try await stack.claim(foreign: true)
    }
  }

  /// No one can go there to take it down.
  @Test func aCheckoutThatIsGoneHasNoStack() async throws {
    try await Self.withStack(from: "/no/such/checkout/compose") { stack, _, _ in _ = try await stack.claim() }
  }

  // MARK: scripts/bootstrap --stop

  private static let scripts = Repository.file("scripts").path()

  /// `claim_stack` with an engine that answers as it is told.
  private static func script(_ id: String, folder: String = "", _ word: String = "") async throws -> Bash {
    try await Bash.run(
      """
      set -euo pipefail
      . \(scripts)/lib/common.sh
      . \(scripts)/lib/lock.sh
      docker() { case $1 in info) echo '\(id)' ;; ps) echo '\(folder)' ;; esac; }
      claim_stack \(word)
      echo claimed
      """, in: FileManager.default.temporaryDirectory, environment: ["KVCHAOS_PROJECT": "p"])
  }

  @Test func theScriptTakesTheSameLock() async throws {
    try await Self.withStack { stack, _, id in
      do {
        let lock = try ProjectLock(engine: id, project: "p", purpose: "kvchaos run x.yml in /home/a")
        let refused = try await Self.script(id)
        #expect(refused.status == 69)
        #expect(
          refused.output.contains("kvchaos run x.yml in /home/a (process \(getpid())) is using"), "\(refused.output)")
        withExtendedLifetime(lock) {}
      }
      let taken = try await Self.script(id)
      #expect(taken.status == 0 && taken.output == "claimed\n", "\(taken.output)")
      // The lock can be taken, no matter which user made the file.
      _ = try await stack.claim()
    }
  }

  /// It stops the engine, too, which other projects may be using.
  @Test func theScriptAsksEveryProjectOfTheEngine() async throws {
    try await Self.withStack { _, _, id in
      let lock = try ProjectLock(engine: id, project: "q", purpose: "kvchaos run x.yml in /home/a")
      defer { try? FileManager.default.removeItem(atPath: lock.path) }
      #expect(try await Self.script(id).status == 0)
      #expect(try await Self.script(id, "all").status == 69)
      withExtendedLifetime(lock) {}
    }
  }

  @Test func theScriptLeavesAnotherCheckoutsStackAlone() async throws {
    try await Self.withStack { _, _, id in
      let refused = try await Self.script(id, folder: Self.other)
      #expect(refused.status == 69)
      #expect(refused.output.contains("--foreign"), "\(refused.output)")
      let own = URL(filePath: Self.scripts).deletingLastPathComponent().appending(path: "compose").path()
      #expect(try await Self.script(id, folder: own).status == 0)
    }
  }
}
