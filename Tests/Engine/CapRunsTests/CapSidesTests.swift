import ChaosPlan
import Faults
import Testing

@testable import CapRuns
@testable import Stack

/// The nodes on each side of a cell's partition.
struct CapSidesTests {
  static func node(
    _ name: String, _ tier: Tier, _ roles: Set<Role>, _ detail: String = "", follows: String? = nil,
    isRunning: Bool = true
  ) -> StackNode {
    StackNode(
      name: name, container: "kvchaos-\(name)", id: name, tier: tier, roles: roles, detail: detail,
      state: ContainerState(status: isRunning ? .running : .exited, health: nil, exitCode: nil, startedAt: ""),
      follows: follows, address: "10.0.0.\(name.utf8.reduce(0) { ($0 + Int($1)) % 250 })")
  }

  static let whole = StackStatus(
    flavour: .patroni,
    nodes: (1...3).map { node("redis-\($0)", .redis, [.master]) }
      + (4...6).map { node("redis-\($0)", .redis, [.replica], "a replica", follows: "redis-\($0 - 3)") }
      + (1...3).map { node("sql-\($0)", .sql, [$0 == 2 ? .leader : .follower]) }
      + (1...3).map { node("etcd-\($0)", .etcd, [$0 == 1 ? .leader : .follower]) }
      + (1...3).map { node("rabbitmq-\($0)", .rabbitmq, [$0 == 3 ? .leader : .follower]) }
      + (1...3).map { node("api-\($0)", .api, [.member]) }
      + ["haproxy-1", "haproxy-2", "nginx"].map { node($0, .proxy, [.member]) })

  private func divide(_ tier: Tier, _ minority: Role?, with: [Tier] = [], seed: UInt64 = 1) throws -> CapSides {
    try #require(
      CapSides.divide(
        PartitionSettings(.halves, minority: minority, with: with), tier: tier, in: Self.whole, seed: seed))
  }

  @Test(arguments: 0..<20) func aRedisMasterIsCutFromItsReplicaAndFromTheOtherMasters(_ seed: Int) throws {
    let sides = try divide(.redis, .master, seed: UInt64(seed))
    let masters = sides.minority.filter { $0.roles.contains(.master) }
    #expect(sides.minority.count == 3 && sides.majority.count == 3)
    let master = try #require(masters.first)
    #expect(masters.count == 1)
    #expect(sides.majority.contains { $0.follows == master.name })
    #expect(sides.majority.count { $0.roles.contains(.master) } == 2)
  }

  @Test(arguments: 0..<10) func theLeaderIsOnTheSmallerSideAndTheMostOfEtcdOnTheOther(_ seed: Int) throws {
    let sides = try divide(.sql, .leader, with: [.etcd], seed: UInt64(seed))
    #expect(sides.minority.filter { $0.tier == .sql }.map(\.name) == ["sql-2"])
    #expect(sides.minority.count { $0.tier == .etcd } == 1)
    #expect(sides.majority.count { $0.tier == .etcd } == 2)
  }

  @Test func everybodyIsOnOneSideAndNginxBetween() throws {
    let sides = try divide(.sql, .leader, with: [.etcd, .rabbitmq, .redis, .proxy, .api])
    let names = (sides.minority + sides.majority).map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.whole.nodes.map(\.name)).subtracting(["nginx"]))
    #expect(sides.minority.count { $0.tier == .proxy } == 1 && sides.majority.count { $0.tier == .proxy } == 1)
  }

  @Test func whereNobodyHasTheRoleNobodyIsDivided() {
    let settings = PartitionSettings(.halves, minority: .leader)
    let status = StackStatus(flavour: .patroni, nodes: (1...3).map { Self.node("sql-\($0)", .sql, [.follower]) })
    #expect(CapSides.divide(settings, tier: .sql, in: status, seed: 1) == nil)
  }

  @Test func aMajorityIsMoreThanHalfOfThoseWhoVote() throws {
    let redis = try divide(.redis, .master)
    #expect(!CapSides.hasMajority(redis.minority, of: .redis, in: Self.whole))
    #expect(CapSides.hasMajority(redis.majority, of: .redis, in: Self.whole))
    let sql = try divide(.sql, .leader)
    #expect(!CapSides.hasMajority(sql.minority, of: .sql, in: Self.whole))
    #expect(CapSides.hasMajority(sql.majority, of: .sql, in: Self.whole))
    #expect(!CapSides.hasMajority([], of: .sql, in: Self.whole))
  }
}
