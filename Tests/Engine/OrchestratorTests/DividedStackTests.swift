import ChaosPlan
import Faults
import Randomness
import Stack
import Testing

@testable import Orchestrator

/// The nodes on each side of a partition, for plans and for the cells of the CAP ledger.
@Suite struct DividedStackTests {
  static func node(_ name: String, _ tier: Tier, _ roles: Set<Role>, follows: String? = nil) -> StackNode {
    StackNode(
      name: name, container: "kvchaos-\(name)", id: name, tier: tier, roles: roles, detail: "",
      state: ContainerState(status: .running, health: nil, exitCode: nil, startedAt: ""), follows: follows,
      address: "10.0.0.\(name.utf8.reduce(0) { ($0 + Int($1)) % 250 })")
  }

  static let whole = StackStatus(
    flavour: .patroni,
    nodes: (1...3).map { node("redis-\($0)", .redis, [.master]) }
      + (4...6).map { node("redis-\($0)", .redis, [.replica], follows: "redis-\($0 - 3)") }
      + (1...3).map { node("sql-\($0)", .sql, [$0 == 2 ? .leader : .follower]) }
      + (1...3).map { node("etcd-\($0)", .etcd, [$0 == 1 ? .leader : .follower]) }
      + (1...3).map { node("api-\($0)", .api, [.member]) }
      + ["haproxy-1", "haproxy-2", "nginx"].map { node($0, .proxy, [.member]) })

  private func divide(
    _ tier: Tier, _ minority: Role?, with: [Tier] = [], without gone: String? = nil, seed: Int = 1
  ) throws -> DividedStack {
    var random = SplitMix64(seed: UInt64(seed), stream: .cellSides)
    var status = Self.whole
    status.nodes.removeAll { $0.name == gone }
    return try DividedStack(
      PartitionSettings(.halves, minority: minority, with: with), status.nodes.filter { $0.tier == tier }, in: status,
      using: &random)
  }

  /// Also where the cluster is divided along with another tier, and where a node is down.
  @Test(arguments: [Tier.redis, .sql], 0..<20) func aRedisMasterIsCutFromItsReplicaAndFromTheOtherMasters(
    tier: Tier, seed: Int
  ) throws {
    let divided =
      tier == .redis ? try divide(.redis, .master, seed: seed) : try divide(.sql, .leader, with: [.redis], seed: seed)
    let (minority, majority) = (divided.nodes(on: .minority), divided.nodes(on: .majority))
    #expect(minority.count { $0.tier == .redis } == 3 && majority.count { $0.tier == .redis } == 3)
    let masters = minority.filter { $0.roles.contains(.master) }
    let master = try #require(masters.first)
    #expect(masters.count == 1)
    #expect(majority.contains { $0.follows == master.name })
    #expect(majority.count { $0.roles.contains(.master) } == 2)
  }

  @Test(arguments: 0..<20) func aSmallMinorityOfRedisStillHasItsMaster(seed: Int) throws {
    let divided = try divide(.redis, .master, without: "redis-6", seed: seed)
    let minority = divided.nodes(on: .minority)
    #expect(minority.count == 2 && minority.count { $0.roles.contains(.master) } == 1)
  }

  /// Where the plan does not say who goes to the minority, the seed does.
  @Test func withoutARoleAnyNodesAreTheMinority() throws {
    let masters = try (0..<30).map { seed in
      try divide(.redis, nil, seed: seed).nodes(on: .minority).count { $0.roles.contains(.master) }
    }
    #expect(Set(masters).count > 1)
  }

  @Test(arguments: 0..<10) func theLeaderIsOnTheSmallerSideAndTheMostOfEtcdOnTheOther(seed: Int) throws {
    let divided = try divide(.sql, .leader, with: [.etcd], seed: seed)
    let (minority, majority) = (divided.nodes(on: .minority), divided.nodes(on: .majority))
    #expect(minority.filter { $0.tier == .sql }.map(\.name) == ["sql-2"])
    #expect(minority.count { $0.tier == .etcd } == 1)
    #expect(majority.count { $0.tier == .etcd } == 2)
  }

  @Test func everyNodeIsOnOneSideAndNginxBetween() throws {
    let divided = try divide(.sql, .leader, with: [.etcd, .redis, .proxy, .api])
    let (minority, majority) = (divided.nodes(on: .minority), divided.nodes(on: .majority))
    let names = (minority + majority).map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.whole.nodes.map(\.name)).subtracting(["nginx"]))
    #expect(minority.count { $0.tier == .proxy } == 1 && majority.count { $0.tier == .proxy } == 1)
  }

  @Test(
    arguments: [
      (.sql, .master, "no running node is master"), (.worker, nil, "needs 2 running nodes"),
    ] as [(Tier, Role?, String)])
  func whatCannotBeDividedIsRefused(tier: Tier, role: Role?, reason: String) {
    let error = #expect(throws: FaultError.self) { try divide(tier, role) }
    #expect(error?.code == .notInjectable)
    #expect(error?.message.contains(reason) == true)
  }

  /// If a node of either side is restarted, the other side still enforces the cut.
  @Test func bothEndsHoldTheCut() throws {
    let divided = try divide(.sql, .leader, with: [.etcd])
    let network = try #require(divided.shot().fault as? NetworkFault)
    #expect(Set(network.parts.keys) == Set(divided.nodes.map(\.container)))
    for node in divided.nodes {
      let side = divided.nodes(on: .minority).contains(node) ? PartitionSide.majority : .minority
      let others = divided.nodes(on: side)
      #expect(network.parts[node.container]?.peers == .addresses(others.compactMap(\.address)))
      #expect(network.parts[node.container]?.probes.count == others.count)
      #expect(network.parts[node.container]?.probes.first?.container.contains(node.tier.rawValue) == true)
    }
  }

  @Test func guestsAreCutWithTheNodesOfTheirSide() throws {
    let divided = try divide(.sql, .leader)
    func guest(_ side: PartitionSide, _ address: String, isEnd: Bool) -> DividedStack.Guest {
      DividedStack.Guest(
        target: FaultTarget(node: "clients", container: "c-\(side.rawValue)"), address: address, side: side,
        isEnd: isEnd)
    }
    let near = guest(.minority, "10.1.0.1", isEnd: true)
    let far = guest(.majority, "10.1.0.2", isEnd: false)
    let network = try #require(divided.shot(with: [near, far]).fault as? NetworkFault)
    func dropped(_ container: String) -> Set<String>? {
      guard case .addresses(let addresses)? = network.parts[container]?.peers else { return nil }
      return Set(addresses)
    }
    let majority = divided.nodes(on: .majority)
    #expect(dropped("kvchaos-sql-2") == Set(majority.compactMap(\.address) + [far.address]))
    for node in majority { #expect(dropped(node.container)?.contains(near.address) == true) }
    for node in majority { #expect(dropped(node.container)?.contains(far.address) == false) }
    #expect(dropped("c-minority") == Set(majority.compactMap(\.address) + [far.address]))
    #expect(dropped("c-majority") == nil)
  }
}
