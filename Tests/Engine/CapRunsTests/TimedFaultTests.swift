import Faults
import Foundation
import Synchronization
import Testing

@testable import CapRuns

/// When a fault struck, and when it was taken back.
struct TimedFaultTests {
  /// A fault on nothing, that says what is asked of it.
  private final class Steps: Fault {
    let kind = FaultKind.pause
    let order = InjectionOrder.oneByOne
    let calls = Mutex<[String]>([])
    /// What the timed fault knows at each call.
    let known = Mutex<[String: Bool]>([:])
    let ask = Mutex<@Sendable () -> (struck: Bool, healing: Bool, healed: Bool)>({ (false, false, false) })

    private func note(_ call: String) {
      let (struck, healing, healed) = ask.withLock { $0 }()
      calls.withLock { $0.append(call) }
      known.withLock {
        $0["\(call) struck"] = struck
        $0["\(call) healing"] = healing
        $0["\(call) healed"] = healed
      }
    }

    func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
      note("setUp")
      return Undo(kind: kind, target: target)
    }
    func inject(_ undo: Undo, in environment: FaultEnvironment) async throws { note("inject") }
    func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws { note("verifyInjected") }
    func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws { note("maintain") }
    func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
      note("presence")
      return .ended("by a test")
    }
    func heal(_ undo: Undo, in environment: FaultEnvironment) async throws { note("heal") }
    func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws { note("verifyHealed") }
  }

  private struct NoRuntime: ContainerRuntime {
    func kill(container: String, signal: String) async throws {}
    func start(container: String) async throws {}
    func stop(container: String, timeoutSeconds: Int) async throws {}
    func pause(container: String) async throws {}
    func unpause(container: String) async throws {}
    func state(of container: String) async throws -> ContainerState {
      ContainerState(status: .running, health: nil, exitCode: nil, startedAt: "")
    }
  }

  @Test func setUpIsNoStrikeAndVerificationNoHeal() async throws {
    let path = NSTemporaryDirectory() + "kvchaos-timed-\(UUID().uuidString)/undo.jsonl"
    let injector = FaultInjector(
      ledger: try UndoLedger(path: path), environment: FaultEnvironment(runtime: NoRuntime()))
    let steps = Steps()
    let timed = TimedFault(steps)
    steps.ask.withLock { $0 = { (timed.struckAt != nil, timed.healBeganAt != nil, timed.healedAt != nil) } }
    let injection = try await injector.inject(timed, into: [FaultTarget(node: "a", container: "p-a")])
    let heal = await timed.heal(injection, by: injector)
    #expect(heal.problems.count == 1 && heal.problems.first?.hasSuffix("by a test") == true)
    #expect(heal.beganAt == timed.healBeganAt && heal.endedAt == timed.healedAt && heal.endedAt != nil)
    let calls = steps.calls.withLock { $0 }.filter { $0 != "maintain" }
    #expect(calls == ["setUp", "inject", "verifyInjected", "presence", "heal", "verifyHealed"])
    let known = steps.known.withLock { $0 }
    #expect(known["setUp struck"] == false && known["inject struck"] == true)
    #expect(known["verifyInjected healing"] == false && known["heal healing"] == true)
    #expect(known["heal healed"] == false && known["verifyHealed healed"] == true)
  }

  /// It began when the first target was struck, and was over when the last was healed.
  @Test func severalTargetsAreOneFault() async throws {
    let environment = FaultEnvironment(runtime: NoRuntime())
    let steps = Steps()
    let timed = TimedFault(steps)
    let undos = ["a", "b"].map { Undo(kind: steps.kind, target: FaultTarget(node: $0, container: "p-\($0)")) }
    try await timed.inject(undos[0], in: environment)
    let struck = try #require(timed.struckAt)
    try await timed.inject(undos[1], in: environment)
    #expect(timed.struckAt == struck)
    try await timed.heal(undos[0], in: environment)
    let healed = try #require(timed.healedAt)
    try await timed.heal(undos[1], in: environment)
    #expect(try #require(timed.healedAt) > healed)
  }

  /// What it does not time is the fault's own.
  @Test func theRestIsTheFaultsOwn() async throws {
    let steps = Steps()
    let timed = TimedFault(steps)
    #expect(timed.order == .oneByOne)
    try await timed.maintain(
      Undo(kind: steps.kind, target: FaultTarget(node: "a", container: "p-a")),
      in: FaultEnvironment(runtime: NoRuntime()))
    #expect(steps.calls.withLock { $0 } == ["maintain"])
  }
}
