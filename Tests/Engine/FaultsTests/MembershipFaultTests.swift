import Foundation
import Synchronization
import Testing

@testable import Faults

@Suite("Faults of membership")
struct MembershipFaultTests {
  private let runtime = FakeRuntime(["p-a": .running])
  private let target = FaultTarget(node: "a", container: "p-a")

  private func injector(_ inside: FakeInside? = nil, _ scaling: FakeScaling? = nil) throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-membership-\(UUID().uuidString)/undo.jsonl"
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: inside, scaling: scaling, clock: ImmediateClock(), pollLimit: 30,
        healAttemptLimit: 2))
  }

  private func code(_ fault: any Fault, _ injector: FaultInjector, _ target: FaultTarget) async -> FaultError.Code? {
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault, into: [target]) }
    return error?.code
  }

  // MARK: scale

  private let workers = FaultTarget(node: "worker", container: "worker")

  @Test(arguments: [1, 5]) func aTierIsScaledAndHasItsSizeAgain(_ count: Int) async throws {
    let scaling = FakeScaling(["worker": 3])
    let injector = try injector(nil, scaling)
    let injection = try await injector.inject(ScaleFault(to: count), into: [workers])
    #expect(try await scaling.runningCount(ofTier: "worker") == count)
    #expect(await injector.heal(injection).isClean)
    #expect(try await scaling.runningCount(ofTier: "worker") == 3)
  }

  /// Another process heals from the ledger alone, and again.
  @Test func theSizeOfBeforeIsInTheLedger() async throws {
    let scaling = FakeScaling(["worker": 3])
    let injector = try injector(nil, scaling)
    let undo = try await ScaleFault(to: 1).setUp(workers, in: injector.environment)
    _ = try await injector.ledger.open(undo)
    try await scaling.scale(tier: "worker", to: 1)
    #expect(await injector.replayOpenUndos().healed == [undo])
    #expect(try await scaling.runningCount(ofTier: "worker") == 3)
    try await ScaleFault().heal(undo, in: injector.environment)
    #expect(try await scaling.runningCount(ofTier: "worker") == 3)
  }

  @Test func aScaleThatChangesNothingIsNoFault() async throws {
    #expect(
      await code(ScaleFault(to: 1), try injector(nil, FakeScaling(["worker": 3], isDeaf: true)), workers)
        == .notEffective)
    #expect(await code(ScaleFault(to: 3), try injector(nil, FakeScaling(["worker": 3])), workers) == .notInjectable)
    #expect(await code(ScaleFault(to: 3), try injector(nil, FakeScaling([:])), workers) == .notInjectable)
    #expect(await code(ScaleFault(to: 3), try injector(), workers) == .notInjectable)
  }

  // MARK: forget

  /// A cluster of two brokers in memory, which answers the tools' words.
  private final class Cluster: Sendable {
    struct World {
      var members: Set<String> = ["a", "b"]
      var running: Set<String> = ["a", "b"]
      var replicas: Set<String> = ["a", "b"]
      /// Orders that are taken and do nothing.
      var ignored: Set<String> = []
    }

    let world = Mutex(World())

    func inside() -> FakeInside {
      FakeInside { [self] script, _ in world.withLock { Self.answer(script, &$0) } }
    }

    private static func answer(_ script: String, _ world: inout World) -> CommandResult {
      func list(_ names: Set<String>) -> CommandResult {
        CommandResult(exitCode: 0, output: "[" + names.sorted().map { "'rabbit@\($0)'" }.joined(separator: ",") + "]\n")
      }
      if script.contains("list_running") { return list(world.running) }
      if script.contains("list_members") { return list(world.members) }
      if script.contains("list_queues") {
        let names = world.replicas.sorted().map { "rabbit@\($0)" }.joined(separator: ", ")
        return CommandResult(exitCode: 0, output: "classic\t[rabbit@b]\nquorum\t[\(names)]\n")
      }
      if script.contains("join_cluster") { world.members.insert("a") }
      if script.contains("forget_cluster_node"), !world.ignored.contains("forget_cluster_node") {
        world.members.remove("a")
        if !world.ignored.contains("shrink") { world.replicas.remove("a") }
      }
      if script.contains("start_app") { world.running.insert("a") }
      if script.contains("stop_app") { world.running.remove("a") }
      if script.contains("grow"), !world.ignored.contains("grow") { world.replicas.insert("a") }
      return CommandResult(exitCode: 0, output: "")
    }
  }

  @Test func aForgottenNodeJoinsAgain() async throws {
    let cluster = Cluster()
    let inside = cluster.inside()
    let injector = try injector(inside)
    let injection = try await injector.inject(ForgetFault(), into: [target])
    #expect(cluster.world.withLock { $0.members } == ["b"])
    #expect(await injector.heal(injection).isClean)
    #expect(inside.scripts.contains { $0.contains("reset") && $0.contains("join_cluster rabbit@b") })
    #expect(
      cluster.world.withLock { [$0.members, $0.running, $0.replicas] } == [["a", "b"], ["a", "b"], ["a", "b"]])
  }

  /// A run that was killed before it struck, or after it had stopped the node's application: nothing is reset.
  @Test func whoWasNotForgottenKeepsItsData() async throws {
    let cluster = Cluster()
    let inside = cluster.inside()
    let injector = try injector(inside)
    let undo = try await ForgetFault().setUp(target, in: injector.environment)
    _ = try await injector.ledger.open(undo)
    cluster.world.withLock { _ = $0.running.remove("a") }
    #expect(await injector.replayOpenUndos().healed == [undo])
    #expect(!inside.scripts.contains { $0.contains("reset") })
    #expect(cluster.world.withLock { $0.running } == ["a", "b"])
  }

  /// Its data is of a cluster that does not know it: marked, it begins with nothing and joins by itself.
  @Test(arguments: [true, false]) func aForgottenNodeThatIsStartedAnewIsLeftToItself(isUp: Bool) async throws {
    let cluster = Cluster()
    let inside = cluster.inside()
    let injector = try injector(inside)
    let injection = try await injector.inject(ForgetFault(), into: [target])
    #expect(inside.scripts.contains { $0.contains("touch /var/lib/rabbitmq/joining") })
    try await runtime.kill(container: "p-a", signal: "SIGKILL")
    if isUp { try await runtime.start(container: "p-a") }
    let before = inside.scripts.count
    cluster.world.withLock { world in
      world.members = ["a", "b"]
      world.running = ["a", "b"]
      world.replicas = ["a", "b"]
    }
    #expect(await injector.heal(injection).isClean)
    #expect(runtime.status("p-a") == .running)
    #expect(!inside.scripts.dropFirst(before).contains { $0.contains("reset") || $0.contains("stop_app") })
  }

  /// A node that was healed in place must not lose its data at its next start.
  @Test func theMarkGoesWithTheHeal() async throws {
    let inside = Cluster().inside()
    let injector = try injector(inside)
    let injection = try await injector.inject(ForgetFault(), into: [target])
    #expect(await injector.heal(injection).isClean)
    let touched = inside.scripts.lastIndex { $0.contains("touch /var/lib/rabbitmq/joining") }
    let removed = inside.scripts.lastIndex { $0.contains("rm -f /var/lib/rabbitmq/joining") }
    #expect(try #require(touched) < #require(removed))
  }

  @Test func whatIsNotForgottenIsNoFault() async throws {
    let cluster = Cluster()
    cluster.world.withLock { $0.ignored = ["forget_cluster_node"] }
    #expect(await code(ForgetFault(), try injector(cluster.inside()), target) == .notEffective)
    let holding = Cluster()
    holding.world.withLock { $0.ignored = ["shrink"] }
    #expect(await code(ForgetFault(), try injector(holding.inside()), target) == .notEffective)
    let alone = Cluster()
    alone.world.withLock { $0.running = ["a"] }
    #expect(await code(ForgetFault(), try injector(alone.inside()), target) == .notInjectable)
  }

  @Test func aQueueWithoutItsReplicaIsNotHealed() async throws {
    let cluster = Cluster()
    let injector = try injector(cluster.inside())
    let injection = try await injector.inject(ForgetFault(), into: [target])
    cluster.world.withLock { $0.ignored = ["grow"] }
    #expect(await injector.heal(injection).failures.count == 1)
    #expect(await injector.ledger.openEntries.count == 1)
  }

  // MARK: move-slots

  private static let view = """
    1a 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-99 200-5460
    2b 10.0.0.2:6379@16379 master - 0 0 2 connected 5461-10922
    3c 10.0.0.3:6379@16379 slave 1a 0 0 1 connected

    """

  /// - Parameter owned: what the masters say of the slots that are to move.
  private func cluster(_ view: String = Self.view, owned: @escaping @Sendable (String) -> String) -> FakeInside {
    FakeInside { script, _ in
      let order = script.split(separator: ";").last.map(String.init) ?? ""
      if script.hasSuffix("view 127.0.0.1") { return CommandResult(exitCode: 0, output: view) }
      return CommandResult(exitCode: 0, output: order.contains("owned") ? owned(order) : "")
    }
  }

  @Test func slotsMoveAndComeBack() async throws {
    let inside = cluster { _ in "150 0\n150 0\n" }
    let injector = try injector(inside)
    let injection = try await injector.inject(MoveSlotsFault(count: 150), into: [target])
    #expect(await injector.heal(injection).isClean)
    let moves = inside.scripts.compactMap { script in
      script.range(of: "slots='").map { String(script[$0.lowerBound...]) }
    }
    #expect(
      moves == [
        "slots='0-99 200-249'; move 1a 2b", "slots='0-99 200-249'; owned 2b",
        "slots='0-99 200-249'; move 2b 1a", "slots='0-99 200-249'; owned 1a",
      ])
  }

  /// Every master must say so, and that nothing is under way.
  @Test(arguments: ["150 0\n149 0\n", "150 0\n150 1\n", "150 0\n", ""])
  func slotsThatAreNotSeenElsewhereHaveNotMoved(_ views: String) async throws {
    let inside = cluster { order in order.contains("2b") ? views : "150 0\n150 0\n" }
    #expect(await code(MoveSlotsFault(count: 150), try injector(inside), target) == .notEffective)
  }

  @Test(arguments: [
    view.replacing("myself,master", with: "myself,slave"), view.replacing("200-5460", with: "200-5460 [5->-2b]"),
    view.replacing("2b 10.0.0.2:6379@16379 master", with: "2b 10.0.0.2:6379@16379 master,fail"),
    view.replacing("0-99 200-5460", with: "0-149"), "",
  ])
  func whoCannotGiveSlotsIsNotStruck(_ view: String) async throws {
    let inside = cluster(view) { _ in "150 0\n150 0\n" }
    #expect(await code(MoveSlotsFault(count: 150), try injector(inside), target) == .notInjectable)
  }

  @Test(
    arguments: [
      (["0-5460"], 500, [0...499]), (["7", "9-20"], 3, [7...7, 9...10]), (["0-9"], 10, []), (["0-9"], 11, []),
      ([], 1, []),
      (["0-9", "20"], 10, [0...9]),
    ] as [([String], Int, [ClosedRange<Int>])])
  func theFirstSlotsAreTaken(fields: [String], count: Int, ranges: [ClosedRange<Int>]) {
    #expect(MoveSlotsFault.first(count, of: fields) == ranges)
  }
}
