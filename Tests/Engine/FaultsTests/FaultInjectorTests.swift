import Faults
import Foundation
import Synchronization
import Testing

struct FaultInjectorTests {
  let path = NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)/undo.jsonl"

  private func injector(_ runtime: FakeRuntime, catalogue: FaultCatalogue = .standard) throws -> FaultInjector {
    FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(runtime: runtime, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 3),
      catalogue: catalogue)
  }

  private func target(_ node: String) -> FaultTarget { FaultTarget(node: node, container: "p-\(node)") }

  @Test(
    arguments: [
      (KillFault() as any Fault, ContainerState.Status.exited, "kill", "start"),
      (StopFault(), .exited, "stop", "start"),
      (PauseFault(), .paused, "pause", "unpause"),
    ])
  func aFaultStrikesAndIsTakenBack(
    fault: any Fault, struck: ContainerState.Status, injects: String, heals: String
  ) async throws {
    let runtime = FakeRuntime(["p-redis-1": .running, "p-redis-2": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(fault, into: [target("redis-1")])
    #expect(runtime.status("p-redis-1") == struck)
    #expect(runtime.status("p-redis-2") == .running)
    #expect(await injector.ledger.openEntries == injection.entries)
    #expect(injection.targets == [target("redis-1")])
    let report = await injector.heal(injection)
    #expect(report == HealReport(healed: injection.entries.map(\.undo)))
    #expect(runtime.status("p-redis-1") == .running)
    #expect(await injector.ledger.openEntries.isEmpty)
    #expect(runtime.calls == ["\(injects) p-redis-1", "\(heals) p-redis-1"])
  }

  @Test(arguments: [ContainerState.Status.exited, .paused, .created])
  func whatDoesNotRunIsNotStruck(status: ContainerState.Status) async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": status])
    let injector = try injector(runtime)
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(KillFault(), into: [target("a"), target("b")])
    }
    #expect(error?.code == .notInjectable)
    #expect(runtime.calls.isEmpty)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  @Test func aFaultWithoutEffectIsTakenBackAndReported() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    runtime.ignore("pause p-b")
    let injector = try injector(runtime)
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(PauseFault(), into: [target("a"), target("b")])
    }
    #expect(error?.code == .notEffective)
    #expect(error?.healFailures == [])
    #expect(runtime.status("p-a") == .running)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  @Test func aFailedHealIsReportedAndStaysOpen() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(KillFault(), into: [target("a"), target("b")])
    runtime.refuse("start p-b")
    let report = await injector.heal(injection)
    #expect(report.healed.map(\.target.node) == ["a"])
    #expect(report.failures.map(\.undo.target.node) == ["b"])
    #expect(report.failures.first?.message == "the engine refuses")
    #expect(await injector.ledger.openEntries.map(\.undo.target.node) == ["b"])
  }

  @Test func aHealIsTriedAgain() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(KillFault(), into: [target("a")])
    runtime.refuse("start p-a", times: 2)
    #expect(await injector.heal(injection).isClean)
  }

  @Test func aFailureOfBothInjectionAndHealNamesBoth() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    runtime.refuse("kill p-b")
    runtime.refuse("start p-a")
    let injector = try injector(runtime)
    let error = await #expect(throws: FaultError.self) {
      try await injector.inject(KillFault(), into: [target("a"), target("b")])
    }
    #expect(error?.code == .injectionFailed)
    #expect(error?.healFailures.isEmpty == false || runtime.status("p-a") == .running)
  }

  @Test func whatAKilledRunLeftIsReplayedByTheNext() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running, "p-c": .running])
    do {
      let killed = try injector(runtime)
      _ = try await killed.inject(KillFault(), into: [target("a")])
      _ = try await killed.inject(PauseFault(), into: [target("b")])
    }
    let next = try injector(runtime)
    let report = await next.replayOpenUndos()
    #expect(Set(report.healed.map(\.target.node)) == ["a", "b"])
    #expect(["p-a", "p-b", "p-c"].allSatisfy { runtime.status($0) == .running })
    #expect(await next.replayOpenUndos() == HealReport())
  }

  @Test func anUndoOfARemovedContainerIsClosed() async throws {
    do {
      _ = try await injector(FakeRuntime(["p-a": .running])).inject(KillFault(), into: [target("a")])
    }
    let next = try injector(FakeRuntime([:]))
    let report = await next.replayOpenUndos()
    #expect(report.gone.map(\.target.node) == ["a"])
    #expect(report.isClean)
    #expect(await next.ledger.openEntries.isEmpty)
  }

  /// Its undo is moot, but the node did not come back: no run may say that it healed it.
  @Test func aNodeThatWentWithItsFaultIsAFinding() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(KillFault(), into: [target("a"), target("b")])
    runtime.remove("p-a")
    let report = await injector.heal(injection)
    #expect(report.isClean)
    #expect(report.findings == ["not healed: kill of a: its container is gone"])
  }

  /// A helper that is gone, say: the fault may be there all the same.
  @Test func anotherContainerThatIsMissingClosesNothing() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let catalogue = FaultCatalogue([HealsByAnother()])
    do {
      _ = try await injector(runtime, catalogue: catalogue).inject(HealsByAnother(), into: [target("a")])
    }
    let next = try injector(runtime, catalogue: catalogue)
    let report = await next.replayOpenUndos()
    #expect(report.gone.isEmpty)
    #expect(report.failures.map(\.undo.target.node) == ["a"])
    #expect(await next.ledger.openEntries.count == 1)
  }

  /// An engine that is restarted is away for longer than a heal is tried, and has stopped every container.
  @Test(arguments: [PauseFault() as any Fault, KillFault(), StopFault()])
  func aHealOutlastsARestartOfTheEngine(fault: any Fault) async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(fault, into: [target("a")])
    runtime.stopAll()
    runtime.loseEngine(forCalls: 40)
    #expect(await injector.heal(injection).isClean)
    #expect(runtime.status("p-a") == .running)
  }

  /// A stop goes on in the engine when the run that ordered it was killed: what runs still is down a moment later.
  @Test(arguments: [StopFault(timeoutSeconds: 5) as any Fault, RestartFault(timeoutSeconds: 5)])
  func aStopThatIsUnderWayIsWaitedFor(fault: any Fault) async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let undo: Undo
    do {
      let killed = try injector(runtime)
      undo = try await fault.setUp(target("a"), in: killed.environment)
      _ = try await killed.ledger.open(undo)
    }
    runtime.end("p-a", afterLooks: 20)
    let next = try injector(runtime)
    #expect(await next.replayOpenUndos().healed == [undo])
    // However long it is looked at afterwards.
    for _ in 0..<30 { #expect(try await runtime.state(of: "p-a").status == .running) }
    #expect(runtime.calls == ["start p-a"])
  }

  @Test func anEngineThatStaysAwayIsAFinding() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(PauseFault(), into: [target("a")])
    runtime.loseEngine(forCalls: .max)
    #expect(await injector.heal(injection).failures.count == 1)
    #expect(await injector.ledger.openEntries.count == 1)
  }

  /// The rollback runs whatever ended the injection: an error, or the run's own end.
  @Test func aCancelledInjectionIsTakenBack() async throws {
    let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
    // Its effect never comes, so that it waits when it is cancelled.
    runtime.ignore("pause p-b")
    let injector = FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(runtime: runtime, clock: ImmediateClock(), pollLimit: .max, healAttemptLimit: 3))
    let task = Task { try await injector.inject(PauseFault(), into: [target("a"), target("b")]) }
    while runtime.status("p-a") != .paused { await Task.yield() }
    task.cancel()
    await #expect(throws: FaultError.self) { try await task.value }
    #expect(runtime.status("p-a") == .running)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  /// A strike that is given up in the middle would have its effect after the heal.
  @Test func aStrikeThatHasBegunIsFinishedBeforeItIsTakenBack() async throws {
    let strike = SlowStrike()
    let injector = try injector(FakeRuntime(["p-a": .running]), catalogue: FaultCatalogue([strike]))
    let task = Task { try await injector.inject(strike, into: [target("a")]) }
    while strike.log.isEmpty { await Task.yield() }
    task.cancel()
    for _ in 0..<100 { await Task.yield() }
    strike.finish()
    await #expect(throws: FaultError.self) { try await task.value }
    #expect(strike.log == ["strikes", "struck", "healed"])
  }

  @Test func anUndoOfAnUnknownKindIsAFindingAndStaysOpen() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    do {
      _ = try await injector(runtime).inject(KillFault(), into: [target("a")])
    }
    let next = try injector(runtime, catalogue: FaultCatalogue([PauseFault()]))
    let report = await next.replayOpenUndos()
    #expect(report.failures.count == 1)
    #expect(await next.ledger.openEntries.count == 1)
  }

  @Test func healingGoesOnWhenTheTaskIsCancelled() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(PauseFault(), into: [target("a")])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await injector.heal(injection)
    }
    #expect(await task.value.isClean)
    #expect(runtime.status("p-a") == .running)
  }

  @Test func nothingIsInjectedWithoutALedgerEntry() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let spy = LedgerSpy(path: path)
    let injector = try injector(runtime)
    let injection = try await injector.inject(spy, into: [target("a")])
    #expect(await injector.ledger.openEntries == injection.entries)
  }
}

/// A fault that looks, at the moment of its injection, whether its undo is on disk.
private struct LedgerSpy: Fault {
  let kind = FaultKind(rawValue: "spy")
  let path: String

  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    Undo(kind: kind, target: target, parameters: ["table": "kvchaos_1"])
  }

  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(#""table":"kvchaos_1""#) && text.hasSuffix("\n"))
  }

  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {}
  func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence { .inEffect }
  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {}
  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {}
}

/// A fault whose injection takes as long as the test likes, and ends at once when it is cancelled.
private final class SlowStrike: Fault {
  let kind = FaultKind(rawValue: "slow-strike")
  private let state = Mutex((log: [String](), isFinished: false))

  var log: [String] { state.withLock { $0.log } }
  func finish() { state.withLock { $0.isFinished = true } }
  private func note(_ word: String) { state.withLock { $0.log.append(word) } }

  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    Undo(kind: kind, target: target)
  }

  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    note("strikes")
    while !state.withLock({ $0.isFinished }) {
      try Task.checkCancellation()
      await Task.yield()
    }
    note("struck")
  }

  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws { try Task.checkCancellation() }
  func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence { .inEffect }
  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws { note("healed") }
  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {}
}

/// A fault that can be taken back only with the help of a container that is gone.
private struct HealsByAnother: Fault {
  let kind = FaultKind(rawValue: "heals-by-another")

  func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    Undo(kind: kind, target: target)
  }

  func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {}
  func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {}
  func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence { .inEffect }
  func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    _ = try await environment.runtime.state(of: "p-helper")
  }
  func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {}
}

/// Faults that act in an order of their own, or go on acting.
struct ActiveFaultTests {
  private func injector(_ runtime: FakeRuntime) throws -> FaultInjector {
    FaultInjector(
      ledger: try UndoLedger(path: NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)/undo.jsonl"),
      environment: FaultEnvironment(runtime: runtime, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 3))
  }

  private func target(_ node: String) -> FaultTarget { FaultTarget(node: node, container: "p-\(node)") }

  @Test func aCrashLoopGoesOnUntilItIsHealed() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    let injection = try await injector.inject(CrashLoopFault(), into: [target("a")])
    while runtime.calls.count(where: { $0 == "kill p-a" }) < 4 { await Task.yield() }
    let report = await injector.heal(injection)
    #expect(report.isClean)
    #expect(report.upkeepProblems.isEmpty)
    #expect(runtime.status("p-a") == .running)
    let calls = runtime.calls.count
    for _ in 0..<100 { await Task.yield() }
    #expect(runtime.calls.count == calls)
  }

  @Test func aCrashLoopThatEndsByItselfIsReported() async throws {
    let runtime = FakeRuntime(["p-a": .running])
    let injector = try injector(runtime)
    runtime.refuse("start p-a", times: 1)
    let injection = try await injector.inject(CrashLoopFault(), into: [target("a")])
    while !runtime.calls.contains("start p-a") { await Task.yield() }
    for _ in 0..<100 { await Task.yield() }
    let report = await injector.heal(injection)
    #expect(report.isClean)
    #expect(report.upkeepProblems == ["crash-loop of a did not stay in effect: the engine refuses"])
  }
}
