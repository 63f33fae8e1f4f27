import Faults
import Foundation
import Testing

@Suite("Faults inside containers")
struct InsideFaultTests {
  private let runtime = FakeRuntime(["p-a": .running])
  private let target = FaultTarget(node: "a", container: "p-a")

  private func injector(_ inside: FakeInside) throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-inside-\(UUID().uuidString)/undo.jsonl"
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, inside: inside, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 2))
  }

  private func code(_ fault: any Fault, _ inside: FakeInside) async throws -> FaultError.Code? {
    let injector = try injector(inside)
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault, into: [target]) }
    return error?.code
  }

  /// A busy process gets all of a core, or what the limit leaves.
  private static func busy(_ limits: ContainerLimits) -> CommandResult {
    CommandResult(exitCode: 0, output: "", error: limits.cores == 0 ? "1.0 0.7 0.2" : "1.0 \(limits.cores) 0.0")
  }

  @Test func processorTimeIsTakenAndGivenBack() async throws {
    let inside = FakeInside { _, limits in Self.busy(limits) }
    let injector = try injector(inside)
    let injection = try await injector.inject(CPULimitFault(cores: 0.1), into: [target])
    #expect(inside.limits.cores == 0.1)
    #expect(await injector.heal(injection).isClean)
    #expect(inside.limits.cores == 0)
  }

  @Test func aLimitThatChangesNothingIsNoFault() async throws {
    let deaf = FakeInside { _, limits in Self.busy(limits) }
    deaf.ignoreLimits()
    #expect(try await code(CPULimitFault(cores: 0.1), deaf) == .notEffective)
    // Nothing could be shown where so little is to be had already.
    let starved = FakeInside { _, _ in CommandResult(exitCode: 0, output: "", error: "1.0 0.05 0.0") }
    #expect(try await code(CPULimitFault(cores: 0.1), starved) == .notInjectable)
  }

  @Test func aLimitThatStaysIsNotHealed() async throws {
    let inside = FakeInside { _, limits in Self.busy(limits) }
    let injector = try injector(inside)
    let injection = try await injector.inject(CPULimitFault(cores: 0.1), into: [target])
    inside.ignoreLimits()
    #expect(await injector.heal(injection).failures.count == 1)
    #expect(await injector.ledger.openEntries.count == 1)
  }

  /// Whichever is healed first: in the end there is the limit that was there before both.
  @Test(arguments: [false, true]) func twoLimitsOfOneContainerLeaveNone(isFirstHealedFirst: Bool) async throws {
    let inside = FakeInside { _, limits in Self.busy(limits) }
    let injector = try injector(inside)
    let first = try await injector.inject(CPULimitFault(cores: 0.4), into: [target])
    let second = try await injector.inject(CPULimitFault(cores: 0.1), into: [target])
    #expect(inside.limits.cores == 0.1)
    for injection in isFirstHealedFirst ? [first, second] : [second, first] {
      #expect(await injector.heal(injection).isClean)
    }
    #expect(inside.limits.cores == 0)
  }

  @Test func memoryIsTakenAndGivenBack() async throws {
    let inside = FakeInside { _, limits in
      CommandResult(exitCode: 0, output: "\(limits.memoryBytes == 0 ? Int.max : limits.memoryBytes)\n")
    }
    let injector = try injector(inside)
    let injection = try await injector.inject(MemoryLimitFault(bytes: 1 << 20), into: [target])
    #expect(inside.limits.memoryBytes == 1 << 20)
    #expect(await injector.heal(injection).isClean)
    #expect(inside.limits.memoryBytes == 0)

    inside.hold(2 << 20)
    #expect(try await code(MemoryLimitFault(bytes: 1 << 20), inside) == .notEffective)
  }

  @Test(arguments: [("0\n", true), ("(integer) 3\n", false), ("NOAUTH\n", false)])
  func aFlushIsCounted(count: String, isFlushed: Bool) async throws {
    let inside = FakeInside { _, _ in CommandResult(exitCode: 0, output: count) }
    if isFlushed {
      let injector = try injector(inside)
      let injection = try await injector.inject(FlushFault(), into: [target])
      #expect(await injector.heal(injection).isClean)
    } else {
      #expect(try await code(FlushFault(), inside) == .notEffective)
    }
  }

  @Test func onlyAReplicaTakesItsMastersPlace() async throws {
    let master = FakeInside { _, _ in CommandResult(exitCode: 0, output: "master\n") }
    #expect(try await code(FailoverFault(), master) == .notInjectable)
    let stubborn = FakeInside { script, _ in
      CommandResult(exitCode: 0, output: Self.replica(script))
    }
    #expect(try await code(FailoverFault(), stubborn) == .notEffective)
  }

  /// It would be refused, or not come about, which is no fault of the store's.
  @Test func aMasterThatDoesNotAnswerHandsNothingOver() async throws {
    let inside = FakeInside { script, _ in
      CommandResult(exitCode: 0, output: script.contains("ping") ? "Could not connect\n" : Self.replica(script))
    }
    #expect(try await code(FailoverFault(), inside) == .notInjectable)
    #expect(!inside.scripts.contains { $0.contains("failover") })
  }

  /// The answers of a replica that never becomes a master.
  private static func replica(_ script: String) -> String {
    if script.contains("ping") { return "PONG\n" }
    return script.contains("failover") ? "OK\n" : "slave\n"
  }

  @Test func aDrainedNodeLeadsNothing() async throws {
    for (leaders, expected) in [("rabbit@a\nrabbit@b\n", FaultError.Code.notEffective), ("rabbit@b\n", nil)] {
      let inside = FakeInside { script, _ in
        CommandResult(exitCode: 0, output: script.contains("list_queues") ? leaders : "false\n")
      }
      if let expected {
        #expect(try await code(DrainFault(), inside) == expected)
      } else {
        let injector = try injector(inside)
        let injection = try await injector.inject(DrainFault(), into: [target])
        #expect(await injector.heal(injection).isClean)
      }
    }
  }

  @Test func anEmptiedNodeIsKilledAndStartsAgain() async throws {
    let inside = FakeInside { script, _ in
      CommandResult(exitCode: 0, output: script.contains("/proc/mounts") ? "/var/lib/redis\n" : "0\n")
    }
    let injector = try injector(inside)
    let injection = try await injector.inject(WipeFault(), into: [target])
    #expect(inside.scripts.contains { $0.contains("rm -rf /var/lib/redis/*") })
    #expect(runtime.status("p-a") == .exited)
    #expect(await injector.heal(injection).isClean)
    #expect(runtime.status("p-a") == .running)
  }

  /// Its processes were stopped and its data deleted when the run died, before the kill.
  @Test func aHalfDoneWipeIsFinished() async throws {
    let inside = FakeInside { _, _ in CommandResult(exitCode: 0, output: "/var/lib/redis\n") }
    let injector = try injector(inside)
    let undo = try await WipeFault().setUp(target, in: injector.environment)
    _ = try await injector.ledger.open(undo)
    #expect(await injector.replayOpenUndos().healed == [undo])
    #expect(runtime.calls == ["kill p-a", "start p-a"])
    // Once is enough: the next heal finds another run of the container.
    try await WipeFault().heal(undo, in: injector.environment)
    #expect(runtime.calls == ["kill p-a", "start p-a", "start p-a"])
  }

  @Test func aDiskThatIsNotEmptyIsNoWipe() async throws {
    let inside = FakeInside { script, _ in
      CommandResult(exitCode: 0, output: script.contains("/proc/mounts") ? "/var/lib/redis\n" : "3\n")
    }
    #expect(try await code(WipeFault(), inside) == .notEffective)
    let nothing = FakeInside { _, _ in CommandResult(exitCode: 1, output: "", error: "no volume\n") }
    #expect(try await code(WipeFault(), nothing) == .notInjectable)
  }
}
