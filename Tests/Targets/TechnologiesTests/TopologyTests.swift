import ChaosPlan
import Foundation
import Testing

@testable import Technologies

/// The fixtures are what the real servers answered (Redis 8, Patroni 4, etcd 3.5 in the stack's containers).
struct TopologyTests {
  static let redisNames = Dictionary(uniqueKeysWithValues: (1...6).map { ("172.30.87.1\($0)", "redis-\($0)") })

  static let redisBefore = """
    a9cf7864245cb44d7903ed1c01126215f11fe696 172.30.87.12:6379@16379 master - 0 1795468097734 2 connected 5461-10922
    7ac07c24463c8f869c2514a343c679edca1bffb2 172.30.87.11:6379@16379 myself,master - 0 0 1 connected 0-5460
    28ee56d97fd58418b260cf7a7cc9ae76d5145c0d 172.30.87.14:6379@16379 slave ac6b45cbb6940bf9e70d34775f170bc6313c7507 0 1795468098135 3 connected
    b8990dd63fd5318a4830460bcd81570c1c588445 172.30.87.16:6379@16379 slave a9cf7864245cb44d7903ed1c01126215f11fe696 0 1795468097430 2 connected
    ac6b45cbb6940bf9e70d34775f170bc6313c7507 172.30.87.13:6379@16379 master - 0 1795468097228 3 connected 10923-16383
    a97413604760bfabde9821363b1be13caba1e9b2 172.30.87.15:6379@16379 slave 7ac07c24463c8f869c2514a343c679edca1bffb2 0 1795468098135 1 connected

    """

  /// After redis-1 was killed: redis-5 has taken over under a new epoch.
  static let redisAfter = """
    a9cf7864245cb44d7903ed1c01126215f11fe696 172.30.87.12:6379@16379 myself,master - 0 0 2 connected 5461-10922
    7ac07c24463c8f869c2514a343c679edca1bffb2 172.30.87.11:6379@16379 master,fail - 1795468110000 1795468109000 1 disconnected
    28ee56d97fd58418b260cf7a7cc9ae76d5145c0d 172.30.87.14:6379@16379 slave ac6b45cbb6940bf9e70d34775f170bc6313c7507 0 1795468098135 3 connected
    b8990dd63fd5318a4830460bcd81570c1c588445 172.30.87.16:6379@16379 slave a9cf7864245cb44d7903ed1c01126215f11fe696 0 1795468097430 2 connected
    ac6b45cbb6940bf9e70d34775f170bc6313c7507 172.30.87.13:6379@16379 master - 0 1795468097228 3 connected 10923-16383
    a97413604760bfabde9821363b1be13caba1e9b2 172.30.87.15:6379@16379 master - 0 1795468098135 7 connected 0-5460
    """

  @Test func redisMastersAndReplicasAreRead() throws {
    let roles = try #require(RedisTopology(clusterNodes: Self.redisBefore)).roles(names: Self.redisNames)
    #expect(roles.count == 6)
    #expect(roles["redis-1"] == .init(roles: [.master], detail: "master of 0-5460", slots: [0...5460]))
    #expect(roles["redis-4"] == .init(roles: [.replica], detail: "replica of redis-3", follows: "redis-3"))
  }

  @Test func theViewOfADeposedMasterIsNotBelieved() throws {
    let old = try #require(RedisTopology(clusterNodes: Self.redisBefore))
    let new = try #require(RedisTopology(clusterNodes: Self.redisAfter))
    for views in [[old, new, new], [old, old, new], [new, old]] {
      let roles = try #require(RedisTopology.newest(of: views)).roles(names: Self.redisNames)
      #expect(roles["redis-5"]?.roles == [.master])
      #expect(roles["redis-1"]?.roles == [])
      #expect(roles["redis-1"]?.detail == "no slots (fail, master)")
    }
    #expect(RedisTopology.newest(of: []) == nil)
  }

  @Test(
    arguments: [
      ("0-5460 5462 [5461->-abc]", [0...5460, 5462...5462]), ("", []), ("[93-<-abc]", []),
    ])
  func slotsOnTheMoveAreNotOwned(fields: String, slots: [ClosedRange<Int>]) throws {
    let line = "a 1.2.3.4:6379@16379,host master - 0 0 1 connected \(fields)"
    #expect(try #require(RedisTopology(clusterNodes: line)).nodes.first?.slots == slots)
  }

  @Test(arguments: ["", "NOAUTH Authentication required.", "Error: Server closed the connection"])
  func whatIsNoClusterIsNoView(text: String) {
    #expect(RedisTopology(clusterNodes: text) == nil)
  }

  @Test func patroniMembersAreRead() throws {
    let json = #"""
      {"members": [
        {"name": "sql-1", "role": "quorum_standby", "state": "streaming", "host": "172.30.87.41", "port": 5432, "timeline": 1, "lag": 0},
        {"name": "sql-2", "role": "replica", "state": "starting", "host": "172.30.87.42", "port": 5432, "lag": "unknown"},
        {"name": "sql-3", "role": "leader", "state": "running", "host": "172.30.87.43", "port": 5432, "timeline": 1}],
       "scope": "kvchaos"}
      """#
    let roles = PatroniTopology.roles(try JSONDecoder().decode(PatroniTopology.Cluster.self, from: Data(json.utf8)))
    #expect(roles["sql-1"] == .init(roles: [.follower], detail: "quorum standby, timeline 1"))
    #expect(roles["sql-2"]?.detail == "replica, starting")
    #expect(roles["sql-3"] == .init(roles: [.leader], detail: "leader, timeline 1"))
  }

  @Test(arguments: [
    (8_155_193_881_834_736_293 as UInt64, "follower, term 2"), (16_625_103_159_689_814_493, "leader, term 2"),
  ])
  func etcdMembersAreRead(member: UInt64, detail: String) {
    let json = """
      [{"Endpoint":"127.0.0.1:2379","Status":{"header":{"cluster_id":16467722973258171773,"member_id":\(member),\
      "revision":55,"raft_term":2},"version":"3.5.16","dbSize":45056,"leader":16625103159689814493,"raftIndex":71,\
      "raftTerm":2,"raftAppliedIndex":71,"dbSizeInUse":45056}}]
      """
    #expect(EtcdTopology.role(json: json)?.detail == detail)
    #expect(EtcdTopology.role(json: "Error: context deadline exceeded") == nil)
  }

  @Test func theBrokerWithTheMostCommandQueuesLeads() {
    let queues = [
      ("kv.commands.4.0", "rabbitmq-2"), ("kv.commands.4.1", "rabbitmq-2"), ("kv.commands.4.2", "rabbitmq-1"),
      ("kv.dead-letters", "rabbitmq-1"), ("other", "rabbitmq-1"),
    ]
    .map {
      RabbitMQTopology.Queue(
        name: $0.0, leader: "rabbit@\($0.1)", node: nil, members: ["rabbit@rabbitmq-1", "rabbit@rabbitmq-2"])
    }
    let roles = RabbitMQTopology.roles(
      brokers: ["rabbitmq-1", "rabbitmq-2", "rabbitmq-3"], queues: queues, prefix: "kv.commands.")
    #expect(roles["rabbitmq-2"] == .init(roles: [.leader], detail: "leads 2 and holds 3 of 3 queues"))
    #expect(roles["rabbitmq-3"]?.detail == "leads 0 and holds 0 of 3 queues")
    #expect(roles.values.filter { $0.roles == [.leader] }.count == 1)
  }

  @Test func withoutQueuesNobodyLeads() {
    let roles = RabbitMQTopology.roles(brokers: ["rabbitmq-1"], queues: [], prefix: "")
    #expect(roles["rabbitmq-1"]?.roles == [.follower])
  }

  @Test func activeConsumersAreFoundByHostnameAndWaitingOnesAreNot() {
    let workers = [
      ("worker-1", "aaaaaaaaaaaa0000"), ("worker-2", "bbbbbbbbbbbb0000"), ("worker-3", "cccccccccccc0000"),
    ]
    .map { TierNode(name: $0.0, id: $0.1, hostname: String($0.1.prefix(12))) }
    let queues = [
      ("kv.commands.4.1", "bbbbbbbbbbbb.1"), ("kv.commands.4.0", "bbbbbbbbbbbb.0"), ("kv.commands.4.2", nil),
      ("kv.dead-letters", "aaaaaaaaaaaa.0"),
    ]
    .map { QueueReplica(queue: $0.0, activeConsumer: $0.1, consumers: ["aaaaaaaaaaaa.9", "bbbbbbbbbbbb.9"]) }
    let roles = RabbitMQTopology.roles(consumers: workers, queues: queues, prefix: "kv.commands.")
    #expect(roles["worker-1"] == .init(roles: [.member], detail: "no queue"))
    #expect(roles["worker-2"] == .init(roles: [.activeConsumer], detail: "consumes queues 0, 1"))
  }
}
