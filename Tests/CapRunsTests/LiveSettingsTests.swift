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
}
