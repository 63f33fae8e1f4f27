import Foundation
import Testing

@testable import Faults

/// What network faults do to a container's rules and helpers, on a network in memory.
@Suite struct NetworkFaultTests {
  private let runtime = FakeRuntime(["p-a": .running, "p-b": .running])
  private let network = FakeNamespaces()
  private let target = FaultTarget(node: "a", container: "p-a")
  private let path = NSTemporaryDirectory() + "kvchaos-network-\(UUID().uuidString)/undo.jsonl"
  private static let others = [
    "filter": ["input tcp dport 22 accept"], "kvchaos_of_another": ["input ip saddr 1.2.3.4 drop"],
  ]

  private func injector() throws -> FaultInjector {
    FaultInjector(
      ledger: try UndoLedger(path: path),
      environment: FaultEnvironment(
        runtime: runtime, network: network, clock: ImmediateClock(), pollLimit: 3, healAttemptLimit: 2))
  }

  private func fault(_ effect: PacketEffect = .drop(percent: 100)) -> NetworkFault {
    NetworkFault(
      kind: effect == .drop(percent: 100) ? .isolate : .latency, effect: effect,
      parts: [
        "p-a": NetworkFault.Part(
          peers: .addresses(["10.0.0.2"]), probes: [NetworkPeer(container: "p-b", address: "10.0.0.2")])
      ])
  }

  private var tables: [String: [String]] { network.tables(in: "p-a") }

  @Test func aCutIsMadeMeasuredAndTakenBack() async throws {
    let injector = try injector()
    let injection = try await injector.inject(fault(), into: [target])
    #expect(tables.count == 1)
    #expect(tables.first?.key.hasPrefix("kvchaos_") == true)
    #expect(
      tables.first?.value == ["input ip saddr { 10.0.0.2 } counter drop", "output ip daddr { 10.0.0.2 } counter drop"])
    #expect(await injector.heal(injection).isClean)
    #expect(tables.isEmpty)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  /// First the measure to compare with, then the rules, then the effect; never a rule before its undo is on disk.
  @Test func theUndoIsOnDiskBeforeTheFirstRule() async throws {
    network.refuse("nft add table")
    let injector = try injector()
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault(), into: [target]) }
    #expect(error?.code == .injectionFailed)
    let ledger = try String(contentsOfFile: path, encoding: .utf8)
    let table = try #require(ledger.firstMatch(of: /"table":"(kvchaos_[0-9a-f]+)"/)).1
    #expect(network.calls.first?.hasPrefix("kv-netfault ping") == true)
    // The very name that the ledger has is the name of what was to be made.
    #expect(
      network.calls.contains { $0.hasPrefix("nft add table inet \(table)\nflush table inet \(table)\nadd chain") })
    #expect(
      network.calls.filter { $0.hasPrefix("kv-netfault ping") }.count == 1, "nothing was in effect to be measured")
  }

  /// The rules first, then the helper that the packets go to; the other way round when it ends.
  @Test func aHelperLivesNoLongerThanItsRules() async throws {
    let injector = try injector()
    let injection = try await injector.inject(fault(.delay(.milliseconds(40), jitter: .zero)), into: [target])
    #expect(network.helperNames.count == 1)
    #expect(network.helperNames.first?.hasPrefix("p-a-netfault-") == true)
    let made = try #require(network.calls.firstIndex { $0.hasPrefix("nft add table") })
    let helped = try #require(network.calls.firstIndex { $0.hasPrefix("kv-netfault delay") })
    #expect(made < helped)
    #expect(network.calls[helped].contains("--delay-us 40000"))
    #expect(await injector.heal(injection).isClean)
    #expect(network.helperNames.isEmpty && tables.isEmpty)
    let removed = try #require(network.calls.firstIndex(of: "remove helper"))
    let deleted = try #require(network.calls.firstIndex { $0.contains("delete table") })
    #expect(removed < deleted)
  }

  /// A kernel that queues no packets is asked first, where nothing can be harmed; what needs no queue goes on.
  @Test(arguments: [PacketEffect.delay(.milliseconds(40), jitter: .zero), .throttle(bitsPerSecond: 8_000)])
  func whereTheKernelCannotDelayItIsRefused(effect: PacketEffect) async throws {
    network.refuse("kv-netfault check")
    let injector = try injector()
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault(effect), into: [target]) }
    #expect(error?.code == .notInjectable)
    #expect(error?.message == "latency is not possible on this machine: refused")
    #expect(network.calls == ["kv-netfault check"] && tables.isEmpty && network.helperNames.isEmpty)
    #expect(await injector.heal(try await injector.inject(fault(), into: [target])).isClean)
  }

  /// The ledger is written before the injection: a run that dies in between owes an undo of nothing.
  @Test func anUndoOfWhatNeverHappenedIsSafe() async throws {
    for (name, rules) in Self.others { network.place(rules, table: name, in: "p-a") }
    let undo = try await fault(.delay(.milliseconds(40), jitter: .zero)).setUp(
      target, in: injector().environment)
    do {
      _ = try await injector().ledger.open(undo)
    }
    let next = try injector()
    #expect(await next.replayOpenUndos().healed == [undo])
    #expect(tables == Self.others)
  }

  @Test func aHealCanBeRepeated() async throws {
    let injector = try injector()
    let injection = try await injector.inject(fault(), into: [target])
    let undo = try #require(injection.entries.first?.undo)
    let healing = try #require(FaultCatalogue.standard.fault(of: undo.kind))
    for _ in 0..<3 {
      try await healing.heal(undo, in: injector.environment)
      try await healing.verifyHealed(undo, in: injector.environment)
    }
    #expect(tables.isEmpty)
  }

  @Test func theSameInjectionTwiceHasItsRulesOnce() async throws {
    let environment = try injector().environment
    let fault = fault()
    let undo = try await fault.setUp(target, in: environment)
    try await fault.inject(undo, in: environment)
    let once = tables
    try await fault.inject(undo, in: environment)
    #expect(tables == once)
    #expect(once.values.map(\.count) == [2])
  }

  @Test func twoFaultsOfOneContainerHaveATableEach() async throws {
    let injector = try injector()
    let first = try await injector.inject(fault(.delay(.milliseconds(40), jitter: .zero)), into: [target])
    let second = try await injector.inject(fault(), into: [target])
    #expect(tables.count == 2)
    #expect(await injector.heal(first).isClean)
    #expect(tables.values.flatMap(\.self).contains("input ip saddr { 10.0.0.2 } counter drop"))
    #expect(await injector.heal(second).isClean)
    #expect(tables.isEmpty)
  }

  @Test func nobodyElsesRulesAreTouched() async throws {
    for (name, rules) in Self.others { network.place(rules, table: name, in: "p-a") }
    let injector = try injector()
    let injection = try await injector.inject(fault(), into: [target])
    #expect(tables.filter { Self.others.keys.contains($0.key) } == Self.others)
    #expect(await injector.heal(injection).isClean)
    #expect(tables == Self.others)
    #expect(network.tables(in: "p-b").isEmpty)
  }

  @Test func aCutThatCutsNothingIsTakenBack() async throws {
    network.ignoreRules()
    let injector = try injector()
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault(), into: [target]) }
    #expect(error?.code == .notEffective)
    #expect(tables.isEmpty)
    #expect(await injector.ledger.openEntries.isEmpty)
  }

  @Test func aFailedHealStaysOpenAndIsHealedByTheNext() async throws {
    do {
      let injector = try injector()
      let injection = try await injector.inject(fault(), into: [target])
      network.refuse("nft add table")
      let report = await injector.heal(injection)
      #expect(report.failures.map(\.message) == ["nft refused in the network of p-a: refused"])
      #expect(await injector.ledger.openEntries.count == 1)
    }
    network.refuseNothing()
    let next = try injector()
    #expect(await next.replayOpenUndos().healed.map(\.target) == [target])
    #expect(tables.isEmpty)
  }

  /// A container that was killed meanwhile has lost its namespace: nothing is left, and nothing is asked of it.
  @Test(arguments: [ContainerState.Status.exited, .running])
  func rulesDieWithTheirNamespace(status: ContainerState.Status) async throws {
    let injector = try injector()
    let injection = try await injector.inject(fault(), into: [target])
    try await runtime.kill(container: "p-a", signal: "SIGKILL")
    network.loseNamespace(of: "p-a", replaced: status == .running)
    if status == .running { try await runtime.start(container: "p-a") }
    #expect(await injector.heal(injection).isClean)
  }

  @Test func whereNothingGetsThroughNothingIsCut() async throws {
    network.place(["input ip saddr 10.0.0.2 drop"], table: "kvchaos_of_another", in: "p-a")
    let injector = try injector()
    let error = await #expect(throws: FaultError.self) { try await injector.inject(fault(), into: [target]) }
    #expect(error?.code == .notInjectable)
    #expect(tables.count == 1)
  }
}
