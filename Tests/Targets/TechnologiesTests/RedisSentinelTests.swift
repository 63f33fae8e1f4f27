import ChaosPlan
import TestSupport
import Testing

@testable import Technologies

/// Redis with Sentinel. The answers are those of Redis 8, without the fields that are not read.
struct RedisSentinelTests {
  private static let tier = Tier(rawValue: "cache")

  private static func node(_ address: String, _ flags: String, _ more: [String] = []) -> String {
    (["name", "\(address):6379", "ip", address, "port", "6379", "flags", flags] + more).joined(separator: "\n") + "\n"
  }

  private static func replica(_ number: Int, flags: String = "slave", link: String = "ok") -> String {
    node("172.31.87.1\(number)", flags, ["master-link-status", link, "slave-repl-offset", ""])
  }

  private static func view(master: Int, epoch: Int, flags: String = "master", _ replicas: String) -> String {
    node("172.31.87.1\(master)", flags, ["config-epoch", "\(epoch)", "num-slaves", "2", "quorum", "2"]) + replicas
  }

  private static let before = view(master: 1, epoch: 0, replica(2) + replica(3))
  /// redis-1 is back, and is the replica of redis-3.
  private static let after = view(master: 3, epoch: 1, replica(1) + replica(2))

  private static let nodes: [TierNode] =
    (1...3).map { TierNode(name: "redis-\($0)", id: "", hostname: "", addresses: ["172.31.87.1\($0)"]) }
    + (1...3).map { TierNode(name: "sentinel-\($0)", id: "", hostname: "", addresses: ["172.31.87.2\($0)"]) }

  /// - Parameter answers: of the Sentinels.
  private func port(_ answers: [String], secrets: [String: String] = [:]) -> FakePort {
    let outputs = answers.enumerated().map { ("sentinel-\($0.offset + 1)", $0.element) }
    return FakePort(
      [Self.tier: Self.nodes], outputs: Dictionary(uniqueKeysWithValues: outputs), secrets: secrets)
  }

  private func roles(_ answers: [String]) async throws -> NodeRoles {
    try await technology("redis-sentinel, master: shop").roles(of: Self.tier, leading: nil, asking: port(answers))
  }

  @Test func everyNodeHasItsRole() async throws {
    let roles = try await roles([Self.before, Self.before, Self.before])
    #expect(roles.count == 6)
    #expect(roles["redis-1"] == NodeRole(roles: [.master], detail: "master, epoch 0"))
    #expect(roles["redis-2"] == NodeRole(roles: [.replica], detail: "replica of redis-1", follows: "redis-1"))
    #expect(roles["sentinel-3"] == NodeRole(roles: [.sentinel], detail: "sentinel, epoch 0"))
  }

  @Test(arguments: [[before, after, before], [after, before, before], [before, before, after]])
  func theLatestFailoverIsBelieved(answers: [String]) async throws {
    let roles = try await roles(answers)
    #expect(roles["redis-3"]?.roles == [.master])
    #expect(roles["redis-1"]?.follows == "redis-3")
    let behind = roles.values.filter { $0.lack == "does not know of the failover of epoch 1" }
    #expect(behind.count == 2 && behind.allSatisfy { $0.roles == [.sentinel] })
  }

  @Test(arguments: [
    (replica(2, flags: "slave,s_down,disconnected"), "is seen as down"),
    (replica(2, link: "err"), "does not replicate from the master (link err)"), (replica(2), nil),
    (node("172.31.87.12", "slave", ["role-reported", "master"]), "still says that it is the master"),
  ])
  func aReplicaReplicates(replica: String, lack: String?) async throws {
    let roles = try await roles([Self.view(master: 1, epoch: 4, replica)])
    #expect(roles["redis-2"]?.lack == lack)
    #expect(roles["redis-1"]?.lack == nil)
  }

  @Test func aMasterThatIsSeenAsDownSaysSo() async throws {
    let roles = try await roles([Self.view(master: 1, epoch: 4, flags: "master,s_down,o_down", Self.replica(2))])
    #expect(roles["redis-1"] == NodeRole(roles: [.master], detail: "master, epoch 4", lack: "is seen as down"))
  }

  /// A data node refuses the connection; a Sentinel that does not know the master has an error in place of it.
  @Test func withoutASentinelNothingIsKnown() async throws {
    #expect(try await roles([]).isEmpty)
    #expect(try await roles(["ERR No such master with that name\n", "", "name\n"]).isEmpty)
  }

  @Test func theSentinelsAreAskedForTheMasterByItsName() async throws {
    let port = port([Self.before], secrets: ["PASSWORD": "p"])
    _ = try await technology("redis-sentinel, master: shop, password: $PASSWORD").roles(
      of: Self.tier, leading: nil, asking: port)
    #expect(port.asked.count == 6)
    #expect(port.asked.allSatisfy { $0.contains(": REDISCLI_AUTH=p sh -c ") && $0.hasSuffix(" shop") })
  }

  /// Without a change of the engine, plans for the example can name what the technology has.
  @Test func thePlanOfTheExampleIsValid() throws {
    let target = try TargetFile.read(path: Repository.file("examples/sentinel/target.yml").path())
    let plan = try PlanFile(path: Repository.file("examples/sentinel/master-kill.yml").path(), target: target.forPlans)
    #expect(plan.plan.faults.flatMap(\.faults).map(\.label) == ["kill cache master"])
    let error = #expect(throws: PlanError.self) {
      try PlanParser.parse(
        plan.text.replacing("role: master", with: "role: leader"), path: "p.yml", target: target.forPlans)
    }
    #expect(error?.description.contains("unknown role `leader`; it is one of `master`, `replica`, `sentinel`") == true)
  }
}
