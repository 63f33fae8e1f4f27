import ChaosPlan
import Testing

@testable import Technologies

/// What tiers print of their settings.
struct SettingsTests {
  @Test func redisSaysMilliseconds() {
    let found = RedisCluster.settings("cluster-node-timeout=2000\nmin-replicas-to-write=1\nsave=\n")
    #expect(
      found == [
        TierSetting("cluster-node-timeout", "2000", seconds: 2),
        TierSetting("min-replicas-to-write", "1"),
        TierSetting("save", ""),
      ])
  }

  @Test func rabbitmqSaysSecondsAndMilliseconds() {
    let found = RabbitMQ.settings(
      "net_ticktime=8\nraft.adaptive_failure_detector.poll_interval=1000\nheartbeat=6\n")
    #expect(found.map(\.seconds) == [8, 1, 6])
  }

  @Test func patroniSaysSeconds() {
    let text =
      #"{"ttl":20,"loop_wait":1,"retry_timeout":6,"maximum_lag_on_failover":1048576,"synchronous_mode":"quorum"}"#
    let found = Patroni.settings(Array(text.utf8))
    #expect(found.first == TierSetting("ttl", "20", seconds: 20))
    #expect(found.contains(TierSetting("synchronous_mode", "quorum")))
    #expect(Patroni.settings(Array(#"{"synchronous_mode":true}"#.utf8)).map(\.value) == ["true"])
    #expect(Patroni.settings([]).isEmpty)
  }

  /// The election timeout says nothing of leases any more since 23.1, and since 25.2 neither does the leases' own
  /// duration.
  @Test(arguments: [
    ("version=21.2-62\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=8\n", 4.8, "3 x 8 ticks of 200 ms"),
    ("version=22.1\n", 9, "3 x 15 ticks of 200 ms"),
    ("version=23.1\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=8\n", 6, "COCKROACH_RANGE_LEASE_DURATION=6s"),
    ("version=24.1\nCOCKROACH_RANGE_LEASE_DURATION=4500ms\n", 4.5, "COCKROACH_RANGE_LEASE_DURATION=4500ms"),
    ("version=25.2\n", 3, "COCKROACH_STORE_LIVENESS_SUPPORT_DURATION=3s"),
    ("version=26.1\nkv.leases.leader_leases.enabled=false\n", 6, "COCKROACH_RANGE_LEASE_DURATION=6s"),
    (
      "version=26.1\nkv.leases.leader_leases.enabled=true\nCOCKROACH_STORE_LIVENESS_SUPPORT_DURATION=1m30s\n", 90,
      "COCKROACH_STORE_LIVENESS_SUPPORT_DURATION=1m30s"
    ),
  ])
  func cockroachsLeaseFollowsFromItsVersion(text: String, seconds: Double, origin: String) throws {
    let lease = try #require(CockroachDB.settings(text).first { $0.name == "lease" })
    #expect(abs((lease.seconds ?? 0) - seconds) < 1e-9)
    #expect(lease.value == origin)
  }

  @Test(arguments: [
    "", "version=\n", "version=22.1\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=x\n",
    "version=24.1\nCOCKROACH_RANGE_LEASE_DURATION=6\n",
  ])
  func whatIsNotUnderstoodPromisesNothing(text: String) {
    #expect(!CockroachDB.settings(text).contains { $0.name == "lease" })
  }

  /// The rest of the server's environment is not read.
  @Test func onlyWhatLeasesFollowFromIsRecorded() {
    let found = CockroachDB.settings(
      "version=22.1\nCOCKROACH_PASSWORD=1\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=8\nkv.closed_timestamp.x=1\n")
    #expect(
      found.map(\.name)
        == ["lease", "version", "COCKROACH_RAFT_ELECTION_TIMEOUT_TICKS", "kv.closed_timestamp.x"])
  }

  // MARK: Asking

  /// A node that fails, or says nothing, is passed over.
  @Test func theFirstNodeThatSaysSomethingIsBelieved() async throws {
    let port = FakePort(
      [.redis: FakePort.nodes("redis-1", "redis-2", "redis-3", "redis-4")],
      outputs: ["redis-2": "", "redis-3": "save=\n", "redis-4": "save=60 1\n"], secrets: ["PASSWORD": "p"])
    let redis = try technology("redis-cluster, password: $PASSWORD")
    #expect(await redis.settings(of: .redis, asking: port) == [TierSetting("save", "")])
    #expect(port.asked.count == 3 && port.asked.allSatisfy { $0.contains(": REDISCLI_AUTH=p sh -c ") })
    #expect(await redis.settings(of: .redis, asking: FakePort([:])).isEmpty)
  }

  @Test func patroniIsAskedAtItsPort() async throws {
    let port = FakePort([.sql: FakePort.nodes("sql-1", "sql-2")], answers: ["sql-2": #"{"ttl": 20}"#])
    let patroni = try technology("patroni")
    #expect(await patroni.settings(of: .sql, asking: port) == [TierSetting("ttl", "20", seconds: 20)])
    #expect(port.asked == ["sql-1:  8008/config", "sql-2:  8008/config"])
  }

  @Test func whatPromisesNothingHasNoSettings() async throws {
    let port = FakePort([.etcd: FakePort.nodes("etcd-1")], outputs: ["etcd-1": "a=1\n"])
    #expect(try await technology("etcd").settings(of: .etcd, asking: port).isEmpty)
    #expect(port.asked.isEmpty)
  }
}
