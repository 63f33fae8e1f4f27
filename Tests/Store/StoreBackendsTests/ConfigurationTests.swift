import Foundation
import StoreBackends
import TestSupport
import Testing

@Suite("The services' settings")
struct ConfigurationTests {
  static let minimum = [
    "KV_AMQP_HOSTS": "a:5672,b", "KV_AMQP_USER": "u", "KV_AMQP_PASSWORD": "secret", "KV_SQL_HOSTS": "c:1",
    "KV_SQL_USER": "s", "KV_REDIS_NODES": "10.0.0.1:6379,10.0.0.2:6379",
  ]

  @Test func theMinimumHasDefaults() throws {
    let configuration = try Configuration(environment: Self.minimum, hostname: "host")
    #expect(configuration.amqpHosts.map(\.description) == ["a:5672", "b:5672"])
    #expect(configuration.partitions == 4)
    #expect(configuration.instance == "host")
    #expect(configuration.flavour == .patroni)
    #expect(configuration.timeouts.queued == .seconds(5))
    #expect(configuration.operationsTimeToLive == .seconds(86_400))
    #expect(configuration.redisOptions.user == nil)
  }

  /// CockroachDB's nodes have certificates, and a password must not travel without them.
  @Test func onCockroachDBTheSQLTierIsSpokenToOverTLSOnly() throws {
    var environment = Self.minimum
    #expect(try !Configuration(environment: environment, hostname: "h").sqlOptions(role: "api").requiresTLS)
    environment["KV_SQL_FLAVOUR"] = "cockroach"
    #expect(try Configuration(environment: environment, hostname: "h").sqlOptions(role: "api").requiresTLS)
  }

  @Test(arguments: [("7200s", 7200), ("150m", 9000), ("24h", 86_400), ("7d", 604_800)])
  func spansOfTime(_ text: String, _ seconds: Int) throws {
    var environment = Self.minimum
    environment["KV_OPERATIONS_TTL"] = text
    #expect(try Configuration(environment: environment, hostname: "h").operationsTimeToLive == .seconds(seconds))
  }

  /// A record must outlive every redelivery: RabbitMQ waits `consumer_timeout` for each worker's acknowledgement.
  @Test func recordsOutliveTheBrokersPatience() throws {
    let file = Repository.file("compose/images/rabbitmq/rabbitmq.conf")
    let line = try #require(
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        .first { $0.hasPrefix("consumer_timeout = ") })
    let milliseconds = try #require(Int(line.dropFirst("consumer_timeout = ".count)))
    #expect(Configuration.operationsTimeToLiveMinimum >= Duration.milliseconds(milliseconds) * 4)
  }

  @Test(arguments: [
    ("KV_PARTITIONS", "0"), ("KV_PARTITIONS", "x"), ("KV_SQL_FLAVOUR", "oracle"), ("KV_AMQP_HOSTS", "a:b"),
    ("KV_AMQP_BROKERS", "a:b"), ("KV_OPERATIONS_TTL", "24"), ("KV_OPERATIONS_TTL", "7199s"),
    ("KV_OPERATIONS_TTL", "119m"), ("KV_OPERATIONS_TTL", "-1h"),
    ("KV_SQL_READERS", "kv_api; DROP TABLE entries"), ("KV_SQL_WRITERS", "\"kv\""),
    ("KV_AMQP_HOSTS", ""), ("KV_AMQP_PASSWORD", ""), ("KV_LOG_LEVEL", "loud"), ("KV_TIMEOUT_READ_MS", "-1"),
  ])
  func aWrongVariableIsNamedAndNotShown(_ name: String, _ value: String) {
    var environment = Self.minimum
    environment[name] = value
    let error = #expect(throws: BackendError.self) { try Configuration(environment: environment, hostname: "h") }
    #expect(error?.detail.contains(name) == true)
    #expect(error?.detail.contains("secret") == false)
  }
}
