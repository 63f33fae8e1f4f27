import Faults
import Foundation
import Synchronization
import Testing

/// Settings of Redis nodes are put back as they were.
struct RedisSettingFaultTests {
  private let runtime = FakeRuntime(["p-a": .running])
  private let target = FaultTarget(node: "a", container: "p-a")

  /// A node that keeps its settings, or refuses to change them.
  private final class Node: Sendable {
    private let values: Mutex<[String: String]>
    private let isStubborn: Bool

    init(_ values: [String: String], isStubborn: Bool = false) {
      self.values = Mutex(values)
      self.isStubborn = isStubborn
    }

    subscript(name: String) -> String? {
      get { values.withLock { $0[name] } }
      set { values.withLock { $0[name] = newValue } }
    }

    /// `… redis-cli config set 'name' 'value' 2>&1`
    func answer(_ script: String) -> CommandResult {
      let words = script.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
      if script.contains("config set"), words.count >= 4 {
        if !isStubborn { self[words[1]] = words[3] }
        return CommandResult(exitCode: 0, output: "OK\n")
      }
      return CommandResult(exitCode: 0, output: self[words[1]].map { "\(words[1])\n\($0)\n" } ?? "\n")
    }
  }

  private func injector(_ node: Node) throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-setting-\(UUID().uuidString)/undo.jsonl"
    let inside = FakeInside { script, _ in node.answer(script) }
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: inside, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 2))
  }

  @Test func aSettingIsPutBackAsItWas() async throws {
    let node = Node(["min-replicas-to-write": "0", "min-replicas-max-lag": "10"])
    let injector = try injector(node)
    let fault = RedisSettingFault(settings: ["min-replicas-to-write": "1", "min-replicas-max-lag": "2"])
    let injection = try await injector.inject(fault, into: [target])
    #expect(node["min-replicas-to-write"] == "1" && node["min-replicas-max-lag"] == "2")
    #expect(await injector.ledger.openEntries.count == 1)
    #expect(await injector.heal(injection).isClean)
    #expect(node["min-replicas-to-write"] == "0" && node["min-replicas-max-lag"] == "10")
  }

  @Test func anotherProcessPutsItBackFromTheLedgerAlone() async throws {
    let node = Node(["min-replicas-to-write": "0"])
    let injector = try injector(node)
    _ = try await injector.inject(RedisSettingFault(settings: ["min-replicas-to-write": "1"]), into: [target])
    // A restarted node has its own value already, or not.
    node["min-replicas-to-write"] = "7"
    #expect(await injector.replayOpenUndos().isClean)
    #expect(node["min-replicas-to-write"] == "0")
  }

  @Test func aNodeThatDoesNotChangeIsNoFault() async throws {
    let stubborn = Node(["min-replicas-to-write": "0"], isStubborn: true)
    let injector = try injector(stubborn)
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(RedisSettingFault(settings: ["min-replicas-to-write": "1"]), into: [target])
    }
    #expect(error?.code == .notEffective)
  }

  @Test func aSettingThatNobodyKnowsIsRefused() async throws {
    let injector = try injector(Node([:]))
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(RedisSettingFault(settings: ["no-such-setting": "1"]), into: [target])
    }
    #expect(error?.code == .notInjectable)
    #expect(await injector.ledger.openEntries.isEmpty)
  }
}
