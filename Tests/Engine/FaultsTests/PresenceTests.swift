import Foundation
import Testing

@testable import Faults

/// Whether a fault is in effect until its heal is looked at, whatever may have ended it.
@Suite struct PresenceTests {
  private let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
  private let network = FakeNamespaces()
  private let inside = FakeInside { _, limits in
    CommandResult(exitCode: 0, output: "", error: limits.cores == 0 ? "1.0 0.7 0.2" : "1.0 \(limits.cores) 0.0")
  }
  private let scaling = FakeScaling(["worker": 3])
  private let target = FaultTarget(node: "a", container: "p-a")

  private func injector() throws -> FaultInjector {
    let path = NSTemporaryDirectory() + "kvchaos-presence-\(UUID().uuidString)/undo.jsonl"
    return FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, network: network, inside: inside, scaling: scaling, clock: ImmediateClock(), pollLimit: 3,
        healAttemptLimit: 2))
  }

  /// Injects, and looks; does something, and looks again; the fault is healed in any case.
  ///
  /// - Returns: what was missing then.
  private func losses(
    of fault: any Fault, target: FaultTarget? = nil, after deed: () async throws -> Void
  ) async throws -> [String] {
    let injector = try injector()
    let injection = try await injector.inject(fault, into: [target ?? self.target])
    #expect(await injector.losses(of: injection).isEmpty, "it is in effect")
    try await deed()
    let found = await injector.losses(of: injection).map(\.message)
    #expect(await injector.heal(injection).isClean)
    return found
  }

  @Test func aContainerThatAnotherHandResumed() async throws {
    let found = try await losses(of: PauseFault()) { try await runtime.unpause(container: "p-a") }
    #expect(found == ["it is running, not paused"])
  }

  @Test(arguments: [KillFault() as any Fault, StopFault()])
  func aContainerThatWasStarted(fault: any Fault) async throws {
    let started = try await losses(of: fault) { try await runtime.start(container: "p-a") }
    #expect(started == ["it is running"])
    // And was down again when it was looked at.
    let again = try await losses(of: fault) {
      try await runtime.start(container: "p-a")
      try await runtime.stop(container: "p-a", timeoutSeconds: 1)
    }
    #expect(again == ["it was started, but exited again"])
  }

  /// It stops every container: of a pause nothing is left, and a kill is as it was.
  @Test func aRestartOfTheEngine() async throws {
    #expect(try await losses(of: PauseFault()) { runtime.stopAll() } == ["it is exited, not paused"])
    #expect(try await losses(of: KillFault()) { runtime.stopAll() }.isEmpty)
  }

  @Test func rulesThatAreGone() async throws {
    func cut(_ effect: PacketEffect) -> NetworkFault {
      NetworkFault(
        kind: effect == .drop(percent: 100) ? .isolate : .latency, effect: effect,
        parts: [
          "p-a": NetworkFault.Part(
            peers: .addresses(["10.0.0.2"]), probes: [NetworkPeer(container: "p-b", address: "10.0.0.2")])
        ])
    }
    let anew = try await losses(of: cut(.drop(percent: 100))) { network.loseNamespace(of: "p-a", replaced: true) }
    #expect(anew.count == 1 && anew[0].contains("are gone from its network"), "\(anew)")
    let helperless = try await losses(of: cut(.delay(.milliseconds(100), jitter: .zero))) {
      for helper in network.helperNames { try await network.removeHelper(helper) }
    }
    #expect(helperless == ["the helper that holds its packets has ended"])
    let down = try await losses(of: cut(.drop(percent: 100))) {
      try await runtime.kill(container: "p-a", signal: "SIGKILL")
      network.loseNamespace(of: "p-a", replaced: false)
    }
    #expect(down == ["it is exited, and the rules went with its processes"])
  }

  @Test func aLimitThatWasTakenBack() async throws {
    let found = try await losses(of: CPULimitFault(cores: 0.1)) {
      try await inside.setLimits(ContainerLimits(cores: 0, memoryBytes: 0), of: "p-a")
    }
    #expect(found == ["it is limited to 0.0 cores (0: no limit)"])
  }

  @Test func aTierThatWasScaledBack() async throws {
    let tier = FaultTarget(node: "worker", container: "worker")
    let found = try await losses(of: ScaleFault(to: 1), target: tier) {
      try await scaling.scale(tier: "worker", to: 3)
    }
    #expect(found == ["3 containers run"])
  }

  @Test func aContainerThatIsGone() async throws {
    #expect(try await losses(of: PauseFault()) { runtime.remove("p-a") } == ["its container is gone"])
  }

  /// Not to know is a finding, too.
  @Test func anEngineThatDoesNotAnswer() async throws {
    let found = try await losses(of: PauseFault()) { runtime.loseEngine(forCalls: 1) }
    #expect(found.count == 1 && found[0].hasPrefix("it is not known whether it was in effect"), "\(found)")
  }

  /// Nothing of it was to last.
  @Test func aFaultThatIsOverByItself() async throws {
    let undo = Undo(kind: .flush, target: target)
    let environment = try injector().environment
    for fault in [FlushFault() as any Fault, FailoverFault(), RestartFault()] {
      #expect(try await fault.presence(undo, in: environment) == .momentary)
    }
  }
}
