import CapLedger
import Testing

@testable import CapRuns

/// What tiers print of their settings.
struct LiveSettingsTests {
  @Test func redisSaysMilliseconds() {
    let found = LiveSettings.redis("cluster-node-timeout=2000\nmin-replicas-to-write=1\nsave=\n")
    #expect(
      found == [
        CapRecord.LiveSetting(name: "cluster-node-timeout", value: "2000", seconds: 2),
        CapRecord.LiveSetting(name: "min-replicas-to-write", value: "1"),
        CapRecord.LiveSetting(name: "save", value: ""),
      ])
  }

  @Test func rabbitmqSaysSecondsAndMilliseconds() {
    let found = LiveSettings.rabbitmq(
      "net_ticktime=8\nraft.adaptive_failure_detector.poll_interval=1000\nheartbeat=6\n")
    #expect(found.map(\.seconds) == [8, 1, 6])
  }

  @Test func patroniSaysSeconds() {
    let text =
      #"{"ttl":20,"loop_wait":1,"retry_timeout":6,"maximum_lag_on_failover":1048576,"synchronous_mode":"quorum"}"#
    let found = LiveSettings.patroni(Array(text.utf8))
    #expect(found.first == CapRecord.LiveSetting(name: "ttl", value: "20", seconds: 20))
    #expect(found.contains(CapRecord.LiveSetting(name: "synchronous_mode", value: "quorum")))
    #expect(LiveSettings.patroni(Array(#"{"synchronous_mode":true}"#.utf8)).map(\.value) == ["true"])
    #expect(LiveSettings.patroni([]).isEmpty)
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
    let lease = try #require(LiveSettings.cockroach(text).first { $0.name == "lease" })
    #expect(abs((lease.seconds ?? 0) - seconds) < 1e-9)
    #expect(lease.value == origin)
  }

  @Test(arguments: [
    "", "version=\n", "version=22.1\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=x\n",
    "version=24.1\nCOCKROACH_RANGE_LEASE_DURATION=6\n",
  ])
  func whatIsNotUnderstoodPromisesNothing(text: String) {
    #expect(!LiveSettings.cockroach(text).contains { $0.name == "lease" })
  }

  /// The rest of the server's environment is not read.
  @Test func onlyWhatLeasesFollowFromIsRecorded() {
    let found = LiveSettings.cockroach(
      "version=22.1\nCOCKROACH_PASSWORD=1\nCOCKROACH_RAFT_ELECTION_TIMEOUT_TICKS=8\nkv.closed_timestamp.x=1\n")
    #expect(
      found.map(\.name)
        == ["lease", "version", "COCKROACH_RAFT_ELECTION_TIMEOUT_TICKS", "kv.closed_timestamp.x"])
  }
}
