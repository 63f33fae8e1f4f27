import Faults
import Testing

@testable import CapRuns
@testable import ChaosPlan
@testable import Stack

/// What a cell's fault is for the nodes and the clients.
struct CapShotTests {
  private static let near = CapShot.ClientGroup(
    side: "minority", container: "kvchaos-client-c1-minority", address: "10.0.1.1", processes: [0, 1, 2, 3])
  private static let far = CapShot.ClientGroup(
    side: "majority", container: "kvchaos-client-c1-majority", address: "10.0.1.2", processes: [20, 21, 22, 23])
  private static let all = CapShot.ClientGroup(
    side: "all", container: "kvchaos-client-c1-all", address: "10.0.1.3", processes: [0, 1, 2, 3])

  private func shot(
    _ tier: CapTier, _ fault: CapFault, _ clients: [CapShot.ClientGroup], seed: UInt64 = 5
  ) throws -> CapShot {
    let cell = CapPlanCell(tier: tier, variant: .plain, workload: .register, fault: fault)
    return try CapShot.aim(cell, in: Examples.whole, clients: clients, seed: seed)
  }

  private func fault(_ action: FaultAction, _ selector: Selector) -> CapFault {
    CapFault(name: "f", action: action, selector: selector, duration: .fixed(.seconds(1)))
  }

  @Test func theClientsOfASideAreCutWithIt() throws {
    let action = FaultAction(.partition, ["shape": "halves", "minority": "leader", "with": ["etcd"]])
    let shot = try shot(.sql, fault(action, Selector(tier: .sql, mode: .all)), [Self.near, Self.far])
    let network = try #require(shot.fault as? NetworkFault)
    // Each node drops the whole other side, its clients too. The clients of the smaller side drop packets as its nodes
    // do.
    let containers = Set(shot.targets.map(\.container))
    #expect(containers.contains(Self.near.container) && !containers.contains(Self.far.container))
    #expect(containers.count == 7 && containers.contains("kvchaos-sql-2"))
    #expect(Set(network.parts.keys) == containers)
    let ends = shot.sides.map { side in
      Set(side.nodes.compactMap { name in Examples.whole.node(name) })
    }
    for (container, part) in network.parts {
      guard case .addresses(let addresses) = part.peers else {
        Issue.record("a partition drops certain addresses")
        continue
      }
      let isOfMajority = ends[1].contains { $0.container == container }
      let clients = isOfMajority ? Self.near : Self.far
      #expect(Set(addresses) == Set(ends[isOfMajority ? 0 : 1].compactMap(\.address) + [clients.address]))
      #expect(!part.probes.isEmpty)
    }
    #expect(shot.sides.map(\.name) == ["minority", "majority"])
    #expect(shot.sides.map(\.hasMajority) == [false, true])
    #expect(shot.sides.map(\.processes) == [[0, 1, 2, 3], [20, 21, 22, 23]])
    #expect(shot.sides[0].nodes.contains("sql-2") && !shot.sides[1].nodes.contains("sql-2"))
  }

  @Test func aKilledLeaderIsOutOfReach() throws {
    let shot = try shot(.sql, fault(.kill(signal: "SIGKILL"), Selector(tier: .sql, role: .leader)), [Self.all])
    #expect(shot.targets.map(\.node) == ["sql-2"])
    #expect(shot.sides.first?.nodes == ["sql-1", "sql-3"])
    #expect(shot.sides.first?.hasMajority == true)
  }

  @Test func ofATierThatIsDownNobodyIsLeft() throws {
    let shot = try shot(.redis, fault(.kill(signal: "SIGKILL"), Selector(tier: .redis, mode: .all)), [Self.all])
    #expect(shot.targets.count == 6)
    #expect(shot.sides.first?.nodes == [])
    #expect(shot.sides.first?.hasMajority == false)
  }

  @Test func whoIsStruckFollowsFromTheSeed() throws {
    let kill = fault(.kill(signal: "SIGKILL"), Selector(tier: .redis, role: .master))
    let drawn = try (1...20).map { seed in
      let targets = try [seed, seed].map { try shot(.redis, kill, [Self.all], seed: UInt64($0)).struck }
      #expect(targets[0] == targets[1])
      return targets[0]
    }
    #expect(Set(drawn).count == 3)
  }

  @Test func aMajorityIsMoreThanHalfOfThoseWhoVote() {
    func hasMajority(_ names: [String], _ tier: Tier) -> Bool {
      CapShot.hasMajority(Examples.whole.nodes.filter { names.contains($0.name) }, of: tier, in: Examples.whole)
    }
    // Only masters vote, however many replicas there are.
    #expect(!hasMajority(["redis-1", "redis-4", "redis-5", "redis-6"], .redis))
    #expect(hasMajority(["redis-1", "redis-2"], .redis))
    #expect(!hasMajority(["sql-2"], .sql))
    #expect(hasMajority(["sql-1", "sql-3"], .sql))
    #expect(!hasMajority([], .sql))
  }

  @Test func anIsolatedLeaderIsCutFromEveryone() throws {
    let isolate = FaultAction(.isolate)
    let shot = try shot(.rabbitmq, fault(isolate, Selector(tier: .rabbitmq, role: .leader)), [Self.far])
    let network = try #require(shot.fault as? NetworkFault)
    #expect(network.parts.keys.sorted() == ["kvchaos-rabbitmq-3"])
    let part = try #require(network.parts.values.first)
    #expect(part.peers == .everyone)
    #expect(part.probes.prefix(2).map(\.container) == ["kvchaos-rabbitmq-1", "kvchaos-rabbitmq-2"])
    #expect(shot.sides.first?.nodes == ["rabbitmq-1", "rabbitmq-2"])
  }

  @Test func theWholesClientsReachWhatIsNotStruck() throws {
    let shot = try shot(.store, fault(.pause, Selector(tier: .rabbitmq, role: .leader)), [Self.all])
    #expect(shot.sides.first?.nodes.contains("rabbitmq-3") == false)
    #expect(shot.sides.first?.nodes.contains("api-1") == true)
  }
}
