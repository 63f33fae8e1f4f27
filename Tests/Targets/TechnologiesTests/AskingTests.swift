import ChaosPlan
import Testing

@testable import Technologies

/// Whom a technology asks, and whose answer it believes.
struct AskingTests {
  // MARK: Redis Cluster

  private static let redis: [TierNode] = (1...6).map {
    TierNode(
      name: "redis-\($0)", id: "", hostname: "", addresses: $0 == 1 ? [] : ["172.30.87.1\($0)"], isRunning: $0 != 1)
  }

  /// Three nodes are asked, of which one has not learnt of the failover.
  @Test func aMajorityOfTheMastersIsAskedForTheRoles() async throws {
    let port = FakePort(
      [.redis: Self.redis],
      outputs: [
        "redis-2": TopologyTests.redisBefore, "redis-3": TopologyTests.redisAfter, "redis-4": TopologyTests.redisAfter,
      ], secrets: ["PASSWORD": "p"])
    let roles = try await technology("redis-cluster, password: $PASSWORD").roles(of: .redis, leading: nil, asking: port)
    #expect(roles["redis-5"]?.roles == [.master])
    // It is down, and has no address by which it could be found.
    #expect(roles["redis-1"] == nil)
    #expect(port.asked == [2, 3, 4].map { "redis-\($0): REDISCLI_AUTH=p redis-cli CLUSTER NODES" })
  }

  // MARK: RabbitMQ and its consumers

  private static let brokers = FakePort.nodes("rabbitmq-1", "rabbitmq-2", "rabbitmq-3", down: ["rabbitmq-1"])
  private static let queues = #"[{"name": "q.0", "leader": "rabbit@rabbitmq-3"}, {"name": "other", "leader": "x"}]"#

  @Test func theNextBrokerIsAskedForASilentOne() async throws {
    let port = FakePort(
      [.rabbitmq: Self.brokers], answers: ["rabbitmq-3": Self.queues], secrets: ["USER": "u", "PASSWORD": "p"])
    let rabbitmq = try technology("rabbitmq, user: $USER, password: $PASSWORD, queues: q.")
    let roles = await rabbitmq.roles(of: .rabbitmq, leading: nil, asking: port)
    #expect(roles["rabbitmq-3"] == NodeRole(roles: [.leader], detail: "leads 1 and holds 0 of 1 queues"))
    #expect(roles["rabbitmq-2"]?.roles == [.follower])
    #expect(roles["rabbitmq-1"] == nil)
    let question = ": Basic dTpw 15672/api/queues?disable_stats=true&enable_queue_totals=true"
    #expect(port.asked == ["rabbitmq-2\(question)", "rabbitmq-3\(question)"])
  }

  @Test func withoutItsSecretNoBrokerIsAsked() async throws {
    let port = FakePort([.rabbitmq: Self.brokers], answers: ["rabbitmq-3": Self.queues], secrets: ["USER": "u"])
    let roles = try await technology("rabbitmq, user: $USER, password: $PASSWORD, queues: q.").roles(
      of: .rabbitmq, leading: nil, asking: port)
    #expect(roles.isEmpty)
    #expect(port.asked.isEmpty)
  }

  @Test func theBrokersAreAskedForTheConsumers() async throws {
    let workers = FakePort.nodes("worker-1", "worker-2", "worker-3", down: ["worker-3"])
    let tiers = [Tier.rabbitmq: Self.brokers, .worker: workers]
    let port = FakePort(
      tiers, outputs: ["rabbitmq-2": "q.0\t1\t5\t0\tworker-2.0\tworker-1.0,worker-2.0\nend\n", "rabbitmq-3": "torn"])
    let consumers = try technology("rabbitmq-consumers, brokers: rabbitmq, queues: q.")
    let roles = await consumers.roles(of: .worker, leading: nil, asking: port)
    #expect(roles["worker-2"] == NodeRole(roles: [.activeConsumer], detail: "consumes queue 0"))
    #expect(roles["worker-1"] == NodeRole(roles: [.member], detail: "no queue"))
    #expect(roles["worker-3"] == nil)
    let silent = await consumers.roles(of: .worker, leading: nil, asking: FakePort(tiers))
    #expect(silent.isEmpty)
  }

  // MARK: SQL and etcd

  @Test func oneMemberOfPatroniSpeaksForAll() async throws {
    let cluster = #"{"members": [{"name": "sql-1", "role": "leader", "state": "running", "timeline": 2}]}"#
    let port = FakePort(
      [.sql: FakePort.nodes("sql-1", "sql-2", down: ["sql-1"])], answers: ["sql-1": "{}", "sql-2": cluster])
    let roles = try await technology("patroni").roles(of: .sql, leading: nil, asking: port)
    #expect(roles == ["sql-1": NodeRole(roles: [.leader], detail: "leader, timeline 2")])
    #expect(port.asked == ["sql-2:  8008/cluster"])
  }

  /// The first that answers is cut off; it is believed only where no other answers.
  @Test(arguments: [(true, "sql-2"), (false, "sql-1")])
  func theMajorityOfCockroachDBIsBelieved(othersAnswer: Bool, leader: String) async throws {
    func view(live: Set<Int>, lease: Int) -> String {
      let rows = (1...3).map { "\($0)\tsql-\($0):26257\t\(live.contains($0))\n" }.joined()
      return "id\taddress\tis_live\n\(rows)\nlease_holder\tcount\n\(lease)\t1\n"
    }
    let others = ["sql-2": view(live: [2, 3], lease: 2), "sql-3": view(live: [2, 3], lease: 2)]
    let port = FakePort(
      [.sql: FakePort.nodes("sql-1", "sql-2", "sql-3")],
      outputs: (othersAnswer ? others : [:]).merging(["sql-1": view(live: [1], lease: 1)]) { $1 })
    let roles = try await technology("cockroachdb, table: entries").roles(of: .sql, leading: nil, asking: port)
    #expect(roles.filter { $0.value.roles == [.leader] }.map(\.key) == [leader])
    let asked = port.asked
    #expect(asked.allSatisfy { $0.contains("kv.public.entries") })
    #expect(asked.count == (othersAnswer ? 2 : 3))
  }

  @Test func theLeaderOfAnotherTableIsAskedFor() async throws {
    let port = FakePort([.sql: FakePort.nodes("sql-1")])
    let roles = try await technology("cockroachdb, table: entries").roles(of: .sql, leading: "accounts", asking: port)
    #expect(roles.isEmpty)
    #expect(port.asked.count == 1)
    #expect(port.asked.allSatisfy { $0.contains("kv.public.accounts") })
  }

  @Test func everyMemberOfEtcdSpeaksForItself() async throws {
    func status(_ member: Int) -> String {
      #"[{"Status": {"header": {"member_id": \#(member)}, "leader": 2, "raftTerm": 3}}]"#
    }
    let port = FakePort(
      [.etcd: FakePort.nodes("etcd-1", "etcd-2", "etcd-3")], outputs: ["etcd-1": status(1), "etcd-2": status(2)])
    let roles = try await technology("etcd").roles(of: .etcd, leading: nil, asking: port)
    #expect(roles["etcd-1"]?.roles == [.follower])
    #expect(roles["etcd-2"]?.roles == [.leader])
    #expect(roles["etcd-3"] == nil)
  }

  @Test func whatRunsIsAMember() async throws {
    let port = FakePort([.proxy: FakePort.nodes("nginx", "haproxy-1", down: ["nginx"])])
    let roles = try await technology("generic").roles(of: .proxy, leading: nil, asking: port)
    #expect(roles == ["haproxy-1": NodeRole(roles: [.member], detail: "member")])
  }
}
