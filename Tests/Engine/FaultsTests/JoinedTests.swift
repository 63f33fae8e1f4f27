import Faults
import Foundation
import Testing

/// Faults that wait until a node counts again.
@Suite struct JoinedTests {
  private let path = NSTemporaryDirectory() + "kvchaos-joined-\(UUID().uuidString)/undo.jsonl"
  private let targets = ["a", "b"].map { FaultTarget(node: $0, container: "p-\($0)") }

  private func injector(_ runtime: FakeRuntime, _ inside: FakeInside) throws -> FaultInjector {
    FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: inside, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 2))
  }

  /// The inside of containers with data, whose nodes have joined when `hasJoined` says so.
  private func inside(hasJoined: @escaping @Sendable () -> Int) -> FakeInside {
    FakeInside { script, _ in
      if script.contains("node-joined") {
        return CommandResult(exitCode: hasJoined(), output: "a master without slots\n")
      }
      return CommandResult(exitCode: 0, output: script.contains("/proc/mounts") ? "/var/lib/redis\n" : "0\n")
    }
  }

  @Test func aRollingRestartTakesOneAfterAnother() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    let looks = Counter()
    let inside = inside {
      // The second may go only when the first has joined, at the third look.
      let look = looks.next()
      if look < 3 { #expect(!runtime.calls.contains("stop p-b")) }
      return look < 3 ? 1 : 0
    }
    let injector = try injector(runtime, inside)
    let injection = try await injector.inject(RestartFault(), into: targets)
    #expect(looks.count == 4)
    #expect(runtime.calls == ["stop p-a", "start p-a", "stop p-b", "start p-b"])
    #expect(await injector.heal(injection).isClean)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  @Test func aRollingRestartEndsAtTheFirstThatDoesNotComeBack() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    runtime.ignore("start p-a")
    let injector = try injector(runtime, inside { 0 })
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(RestartFault(), into: targets)
    }
    #expect(error?.code == .notEffective)
    #expect(!runtime.calls.contains("stop p-b"))
    // What cannot be started is still owed.
    #expect(await injector.ledger.openEntries.map(\.undo.target.node) == ["a"])
  }

  @Test func aRollingRestartEndsAtTheFirstThatIsNoMemberAgain() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    let injector = try injector(runtime, inside { 1 })
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(RestartFault(joinedLookLimit: 3), into: targets)
    }
    #expect(error?.message == "a has not rejoined its cluster: a master without slots")
    #expect(!runtime.calls.contains("stop p-b"))
  }

  /// An image that cannot say is asked by its health check.
  @Test(arguments: [(0, true), (1, false)])
  func withoutTheCommandTheHealthCheckDecides(exitCode: Int, isHealthy: Bool) async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let inside = FakeInside { script, _ in
      CommandResult(exitCode: script == "health check" ? exitCode : 127, output: "")
    }
    let injector = try injector(runtime, inside)
    let isInjected = (try? await injector.inject(RestartFault(joinedLookLimit: 2), into: [targets[0]])) != nil
    #expect(isInjected == isHealthy)
  }

  @Test(arguments: [(0, true), (1, false)])
  func aReplacedNodeIsHealedWhenItIsAMember(exitCode: Int, isHealed: Bool) async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime, inside { exitCode })
    let injection = try await injector.inject(WipeFault(), into: [targets[0]])
    let report = await injector.heal(injection)
    #expect(report.isClean == isHealed)
    #expect(await injector.ledger.openEntries.isEmpty == isHealed)
  }

  // MARK: CockroachDB

  /// A cluster in which a node's old id is a replica of this many ranges, a third fewer at each look.
  private func cockroach(id: @escaping @Sendable () -> String, replicas: Int, looks: Counter) -> FakeInside {
    FakeInside { script, _ in
      if script.contains("/proc/mounts") { return CommandResult(exitCode: 0, output: "/cockroach/cockroach-data\n") }
      if script.contains("decommission") {
        let left = max(0, replicas - looks.next() * 16)
        return CommandResult(exitCode: left > 0 ? 1 : 0, output: "its old id 3 is still a replica of \(left) ranges\n")
      }
      if script.contains("SHOW node_id") { return CommandResult(exitCode: 0, output: id()) }
      return CommandResult(exitCode: 0, output: "0\n")
    }
  }

  /// It joins as another member, and its old id would be a dead replica of every range: one more loss takes the quorum.
  @Test func theOldIdOfAReplacedCockroachNodeIsRetired() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let looks = Counter()
    let inside = cockroach(id: { "3\n" }, replicas: 48, looks: looks)
    let injector = try injector(runtime, inside)
    let injection = try await injector.inject(WipeFault(), into: [targets[0]])
    #expect(await injector.heal(injection).isClean)
    #expect(looks.count == 3)
    let retire = try #require(inside.scripts.first { $0.contains("decommission") })
    #expect(retire.contains("node decommission 3 --wait=none"))
    // A node that still has the id also has its data, and must not be decommissioned.
    #expect(retire.contains(#"[ "$now" != 3 ] || exit 0"#))
    #expect(try #require(inside.scripts.last).contains("node-joined"))
  }

  @Test func aReplacedNodeIsNotHealedWhileItsOldIdCounts() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime, cockroach(id: { "3\n" }, replicas: 100_000, looks: Counter()))
    let injection = try await injector.inject(WipeFault(), into: [targets[0]])
    let report = await injector.heal(injection)
    #expect(!report.isClean)
    #expect(report.failures.first?.message.contains("its old id 3 is still a replica of") == true)
    #expect(await !injector.ledger.openEntries.isEmpty)
  }

  /// Without it no node could be retired afterwards.
  @Test func whoDoesNotSayItsIdIsNotReplaced() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime, cockroach(id: { "ERROR: no quorum" }, replicas: 0, looks: Counter()))
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(WipeFault(), into: [targets[0]])
    }
    #expect(error?.code == .notInjectable)
    #expect(runtime.calls.isEmpty)
  }
}
