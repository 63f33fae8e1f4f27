import ChaosPlan
import Faults
import Randomness
import Testing

@testable import Stack

struct ResolutionTests {
  static func node(
    _ name: String, _ tier: Tier, _ roles: Set<Role>, _ status: ContainerState.Status = .running,
    slots: [ClosedRange<Int>]? = nil
  ) -> StackNode {
    StackNode(
      name: name, container: "kvchaos-\(name)", id: name, tier: tier, roles: roles, detail: "unknown",
      state: ContainerState(status: status, health: nil, exitCode: nil, startedAt: ""), slots: slots)
  }

  let status = StackStatus(
    flavour: .patroni,
    nodes: [
      node("redis-1", .redis, [.master], slots: [0...5460]), node("redis-2", .redis, [.master], slots: [5461...10922]),
      node("redis-3", .redis, [.master], slots: [10923...16383]), node("redis-4", .redis, [.replica]),
      node("redis-5", .redis, [.replica], .exited), node("sql-1", .sql, []), node("api-1", .api, [.member], .paused),
    ])

  @Test(
    arguments: [
      (SelectionMode.one, 1), (.all, 3), (.fixed(2), 2), (.fixed(9), 3), (.fixedPercent(50), 2), (.minority, 1),
      (.majority, 2),
    ])
  func aModeTakesAsManyAsItSays(mode: SelectionMode, count: Int) throws {
    for seed in 0..<20 {
      var generator = SplitMix64(seed: UInt64(seed))
      let nodes = try status.resolve(Selector(tier: .redis, role: .master, mode: mode), using: &generator)
      #expect(nodes.count == count)
      #expect(nodes.map(\.name) == Set(nodes.map(\.name)).sorted())
      #expect(nodes.allSatisfy { $0.roles.contains(.master) })
    }
  }

  @Test func theSameSeedTakesTheSameAndSeedsTogetherTakeAll() throws {
    var taken: Set<String> = []
    for seed in 0..<40 {
      var first = SplitMix64(seed: UInt64(seed))
      var second = SplitMix64(seed: UInt64(seed))
      let selector = Selector(tier: .redis, role: .master)
      let nodes = try status.resolve(selector, using: &first)
      #expect(try nodes == status.resolve(selector, using: &second))
      taken.formUnion(nodes.map(\.name))
    }
    #expect(taken == ["redis-1", "redis-2", "redis-3"])
  }

  @Test func onlyRunningNodesAreTaken() throws {
    var generator = SplitMix64(seed: 1)
    let nodes = try status.resolve(Selector(tier: .redis, mode: .all), using: &generator)
    #expect(nodes.map(\.name) == ["redis-1", "redis-2", "redis-3", "redis-4"])
  }

  /// Slots as `CLUSTER KEYSLOT` gives them; the first is the specification's own check of the CRC.
  @Test(arguments: [("123456789", 12_739), ("foo", 12_182), ("bar", 5_061), ("{foo}.x", 12_182), ("", 0)])
  func aKeyHasItsSlot(key: String, slot: Int) {
    #expect(RedisSlot.slot(of: key) == slot)
  }

  /// The store caches a key under `kv:` and the key; what stands in braces is all that counts.
  @Test(arguments: [("foo", "redis-2"), ("a", "redis-3"), ("{bar}{foo}", "redis-1")])
  func theOwnerOfAKeyIsTheMasterOfItsSlot(key: String, owner: String) throws {
    var generator = SplitMix64(seed: 1)
    let nodes = try status.resolve(Selector(tier: .redis, role: .master), ownerOf: key, using: &generator)
    #expect(nodes.map(\.name) == [owner])
  }

  @Test func onlyNodesOfTheSideAreTaken() throws {
    var generator = SplitMix64(seed: 1)
    let side: Set = ["redis-2", "redis-4", "redis-5", "sql-1"]
    let nodes = try status.resolve(Selector(tier: .redis, mode: .all), within: side, using: &generator)
    #expect(nodes.map(\.name) == ["redis-2", "redis-4"])
  }

  @Test(
    arguments: [
      (Selector(tier: .sql, role: .leader), "sql-1 (running, unknown)"),
      (Selector(tier: .api), "api-1 (paused, unknown)"),
      (Selector(tier: .worker), "no container of that tier"), (Selector(tier: .sql, mode: .minority), "only sql-1"),
    ])
  func nobodyIsAnErrorThatShowsWhoIsThere(selector: Selector, words: String) {
    var generator = SplitMix64(seed: 1)
    let error = #expect(throws: StackError.self) { try status.resolve(selector, using: &generator) }
    #expect(error?.code == .noTarget)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
