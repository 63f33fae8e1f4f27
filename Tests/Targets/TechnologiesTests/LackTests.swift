import ChaosPlan
import Foundation
import Testing

@testable import Technologies

/// The nodes that do not do their part in their tier, according to the tiers. A healthy node lacks nothing: otherwise
/// no run would hold.
struct LackTests {
  // MARK: SQL

  private func patroni(_ members: String) throws -> NodeRoles {
    PatroniTopology.roles(
      try JSONDecoder().decode(PatroniTopology.Cluster.self, from: Data(#"{"members": [\#(members)]}"#.utf8)))
  }

  private let leader = #"{"name": "sql-3", "role": "leader", "state": "running", "timeline": 4}"#

  @Test(arguments: [
    // Freshly deposed and following no leader: no run noticed this for a week.
    (#""role": "replica", "state": "running", "timeline": 3"#, "does not stream from the leader (running)"),
    (#""role": "replica", "state": "starting""#, "does not stream from the leader (starting)"),
    (#""role": "replica", "state": "streaming", "timeline": 3"#, "is on timeline 3, and the leader on 4"),
    (#""role": "quorum_standby", "state": "streaming", "timeline": 4"#, nil),
    (#""role": "replica", "state": "streaming", "timeline": 4"#, nil),
  ])
  func aStandbyDoesItsPartWhileItStreams(member: String, lack: String?) throws {
    let roles = try patroni(#"{"name": "sql-1", \#(member)}, \#(leader)"#)
    #expect(roles["sql-1"]?.lack == lack)
    #expect(roles["sql-3"]?.lack == nil)
  }

  @Test func aLeaderThatDoesNotRunLeadsNobody() throws {
    let roles = try patroni(#"{"name": "sql-3", "role": "leader", "state": "crashed"}"#)
    #expect(roles["sql-3"]?.lack == "leads, but is crashed")
  }

  // MARK: Redis

  @Test func everyNodeOfASoundClusterDoesItsPart() throws {
    let roles = try #require(RedisTopology(clusterNodes: TopologyTests.redisBefore)).roles(
      names: TopologyTests.redisNames)
    #expect(roles.values.allSatisfy { $0.lack == nil })
  }

  @Test(arguments: [
    ("slave ac6b 0 1795468098135 3 connected", nil),
    ("slave,fail ac6b 0 1795468098135 3 disconnected", "is seen as failed"),
    ("slave,fail? ac6b 0 1795468098135 3 connected", "is seen as failed"),
    ("slave ac6b 0 1795468098135 3 disconnected", "has no link to the others"),
    ("myself,slave ac6b 0 1795468098135 3 disconnected", nil),
    ("master - 0 1795468098135 3 connected 5-9", nil),
    ("master,fail - 0 1795468098135 3 disconnected 5-9", "is seen as failed"),
    ("master - 0 1795468098135 3 connected", "has no slots"),
  ])
  func aRedisNodeHasSlotsOrAMaster(line: String, lack: String?) throws {
    let view = try #require(RedisTopology(clusterNodes: "28ee 172.30.87.14:6379@16379 \(line)"))
    #expect(view.roles(names: TopologyTests.redisNames)["redis-4"]?.lack == lack)
  }

  // MARK: RabbitMQ and its consumers

  private func queues(_ all: [(members: [Int]?, online: [Int]?)]) -> [RabbitMQTopology.Queue] {
    func names(_ numbers: [Int]?) -> [String]? { numbers.map { $0.map { "rabbit@rabbitmq-\($0)" } } }
    return all.enumerated().map { index, queue in
      RabbitMQTopology.Queue(
        name: "kv.commands.4.\(index)", leader: "rabbit@rabbitmq-1", members: names(queue.members),
        online: names(queue.online))
    }
  }

  @Test func aBrokerHasAReplicaThatIsUpOfEveryQueue() {
    let roles = RabbitMQTopology.roles(
      brokers: ["rabbitmq-1", "rabbitmq-2", "rabbitmq-3"],
      queues: queues([([1, 2, 3], [1, 2, 3]), ([1, 2, 3], [1, 2]), ([1, 3], [1, 3])]), prefix: "kv.commands.")
    #expect(roles["rabbitmq-1"]?.lack == nil)
    #expect(roles["rabbitmq-2"]?.lack == "has no running replica of 1 of 3 queues")
    #expect(roles["rabbitmq-3"]?.lack == "has no running replica of 1 of 3 queues")
  }

  /// What a cluster of three answered 45 s after its old leader had come back from a partition: with statistics, that
  /// one's last count of the queue is still in the answer, under the same names as the queue's own words, and before
  /// them.
  @Test func whatADeposedLeaderOnceCountedIsNoReplica() throws {
    let all = #"["rabbit@rabbitmq-1", "rabbit@rabbitmq-2", "rabbit@rabbitmq-3"]"#
    let statistics = """
      [{"name": "kv.commands.4.3", "node": "rabbit@rabbitmq-1", "node": "rabbit@rabbitmq-3", "leader": "rabbit@rabbitmq-3",
        "members": \(all), "online": ["rabbit@rabbitmq-1"], "online": \(all)}]
      """
    let own = """
      [{"name": "kv.commands.4.3", "node": "rabbit@rabbitmq-3", "leader": "rabbit@rabbitmq-3", "members": \(all),
        "online": \(all), "messages": 0}]
      """
    let brokers = ["rabbitmq-1", "rabbitmq-2", "rabbitmq-3"]
    func roles(_ json: String) throws -> NodeRoles {
      let queues = try JSONDecoder().decode([RabbitMQTopology.Queue].self, from: Data(json.utf8))
      return RabbitMQTopology.roles(brokers: brokers, queues: queues, prefix: "kv.commands.")
    }
    #expect(try roles(own).values.allSatisfy { $0.lack == nil })
    #expect(try roles(own)["rabbitmq-3"]?.roles == [.leader])
    // Of the statistics, two brokers would lack a replica that they have.
    #expect(try roles(statistics).values.count { $0.lack != nil } == 2)
    #expect(RabbitMQTopology.replicasPath.contains("disable_stats=true"))
  }

  /// One of the planted bugs declares such queues.
  @Test func queuesWithoutReplicasAreLackedByNobody() {
    let roles = RabbitMQTopology.roles(brokers: ["rabbitmq-2"], queues: queues([(nil, nil)]), prefix: "")
    #expect(roles["rabbitmq-2"]?.lack == nil)
  }

  /// Every worker waits at every queue, so that it can take over; only one a queue is active.
  @Test func aWorkerWaitsAtEveryQueue() {
    let workers = [("worker-1", "aaaaaaaaaaaa"), ("worker-2", "bbbbbbbbbbbb")].map {
      TierNode(name: $0.0, id: $0.1, hostname: $0.1)
    }
    let queues = [
      QueueReplica(queue: "kv.commands.4.0", consumers: ["aaaaaaaaaaaa.0"]),
      QueueReplica(queue: "kv.commands.4.1", consumers: ["aaaaaaaaaaaa.1", "bbbbbbbbbbbb.1"]),
      QueueReplica(queue: "kv.dead-letters"),
    ]
    let roles = RabbitMQTopology.roles(consumers: workers, queues: queues, prefix: "kv.commands.")
    #expect(roles["worker-1"]?.lack == nil)
    #expect(roles["worker-2"]?.lack == "does not subscribe to 1 of 2 queues")
  }

  // MARK: etcd

  @Test(arguments: [("0", "knows no leader"), ("7", nil), ("9", nil)])
  func aMemberOfEtcdKnowsALeader(leader: String, lack: String?) {
    let json = #"[{"Status": {"header": {"member_id": 7}, "leader": \#(leader), "raftTerm": 2}}]"#
    #expect(EtcdTopology.role(json: json)?.lack == lack)
  }
}
