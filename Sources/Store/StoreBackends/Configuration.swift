import AMQPClient
import Endpoints
import KeyValueStore
import Logging
import RedisClient
import SQLClient

/// The settings of a service, from its environment.
public struct Configuration: Sendable {
  /// The SQL tier's two flavours. The suite has its own type for them: neither side imports the other.
  public enum Flavour: String, Sendable, Hashable, CaseIterable {
    case patroni
    case cockroach
  }

  public var instance: String
  public var logLevel: Logger.Level
  /// The number of command queues. The migration writes it into the database, where it never changes
  /// (`PartitionCount`).
  public var partitions: Int
  public var httpPort: Int
  /// The secret that every request must carry; `nil` if none is set.
  public var apiToken: String?
  /// Where a worker serves its metrics; an API serves them on `httpPort`.
  public var metricsPort: Int
  public var amqpHosts: [HostPort]
  /// The address of each broker, for the migration: empty if only the entry point (`amqpHosts`) is known.
  public var amqpBrokers: [HostPort]
  public var amqpUser: String
  public var amqpPassword: String
  public var amqpVirtualHost: String
  public var sqlHosts: [HostPort]
  public var sqlUser: String
  public var sqlPassword: String
  public var sqlDatabase: String
  /// The roles that may read the tables, and those that may write them; the migration grants these privileges. Empty if
  /// its own user does everything.
  public var sqlReaders: [String]
  public var sqlWriters: [String]
  public var flavour: Flavour
  public var sqlPoolSize: Int
  public var redisNodes: [HostPort]
  /// `nil`: the default user.
  public var redisUser: String?
  public var redisPassword: String
  /// P4: a cached row is at most this old, even if a cache node lost a newer one.
  public var cacheTimeToLiveMilliseconds: Int
  /// The minimum time for which records are kept. RabbitMQ redelivers a message that a worker has not acknowledged for
  /// 30 minutes (`consumer_timeout`): this covers three workers that hold one message for that long, one after the
  /// other, and half an hour more.
  public static let operationsTimeToLiveMinimum: Duration = .seconds(2 * 3600)
  /// How long the record of an applied operation is kept. For this time a retry is recognised.
  public var operationsTimeToLive: Duration
  public var timeouts: StoreTimeouts
  public var limits: PartitionMachine.Limits
  /// Messages a worker may hold of each queue.
  public var prefetch: Int

  /// Reads the variables that docs and compose name. Throws `configuration` naming the variable that is wrong.
  public init(environment: [String: String], hostname: String) throws(BackendError) {
    let reader = EnvironmentReader(environment)
    #if PlantedBugs
      try Planting.plant(environment)
    #endif
    instance = reader.text("KV_INSTANCE", default: hostname)
    logLevel = try reader.choice("KV_LOG_LEVEL", default: .info)
    partitions = try reader.integer("KV_PARTITIONS", default: 4, in: 1...256)
    let token = reader.text("KV_API_TOKEN", default: "")
    // A token that no header can carry would lock out all clients.
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw BackendError(.configuration, "KV_API_TOKEN must be printable ASCII without spaces")
    }
    apiToken = token.isEmpty ? nil : token
    httpPort = try reader.integer("KV_HTTP_PORT", default: 8080, in: 1...65535)
    metricsPort = try reader.integer("KV_METRICS_PORT", default: 9464, in: 1...65535)
    amqpHosts = try reader.hosts("KV_AMQP_HOSTS", defaultPort: 5672)
    amqpBrokers =
      environment["KV_AMQP_BROKERS"] == nil
      ? [] : try reader.hosts("KV_AMQP_BROKERS", defaultPort: 5672)
    amqpUser = try reader.required("KV_AMQP_USER")
    amqpPassword = try reader.required("KV_AMQP_PASSWORD")
    amqpVirtualHost = reader.text("KV_AMQP_VHOST", default: "/")
    sqlHosts = try reader.hosts("KV_SQL_HOSTS", defaultPort: 5432)
    sqlUser = try reader.required("KV_SQL_USER")
    sqlPassword = reader.text("KV_SQL_PASSWORD", default: "")
    sqlDatabase = reader.text("KV_SQL_DATABASE", default: "kv")
    sqlReaders = try reader.names("KV_SQL_READERS")
    sqlWriters = try reader.names("KV_SQL_WRITERS")
    flavour = try reader.choice("KV_SQL_FLAVOUR", default: .patroni)
    sqlPoolSize = try reader.integer("KV_SQL_POOL", default: 4, in: 1...64)
    redisNodes = try reader.hosts("KV_REDIS_NODES", defaultPort: 6379)
    let redisUser = reader.text("KV_REDIS_USER", default: "")
    self.redisUser = redisUser.isEmpty ? nil : redisUser
    redisPassword = reader.text("KV_REDIS_PASSWORD", default: "")
    cacheTimeToLiveMilliseconds = try reader.integer("KV_CACHE_TTL_MS", default: 60_000, in: 100...86_400_000)
    operationsTimeToLive = try reader.span(
      "KV_OPERATIONS_TTL", default: .seconds(86_400), atLeast: Self.operationsTimeToLiveMinimum)
    timeouts = StoreTimeouts()
    timeouts.queued = try reader.duration("KV_TIMEOUT_QUEUED_MS", default: timeouts.queued)
    timeouts.committed = try reader.duration("KV_TIMEOUT_COMMITTED_MS", default: timeouts.committed)
    timeouts.read = try reader.duration("KV_TIMEOUT_READ_MS", default: timeouts.read)
    // A write that is returned without a lookup in the table must be no older than a cached row may be.
    timeouts.pendingTrust = min(timeouts.pendingTrust, .milliseconds(cacheTimeToLiveMilliseconds))
    limits = PartitionMachine.Limits()
    limits.commands = try reader.integer("KV_BATCH_COMMANDS", default: limits.commands, in: 1...10_000)
    limits.gathering = try reader.duration("KV_BATCH_GATHER_MS", default: limits.gathering)
    prefetch = try reader.integer("KV_PREFETCH", default: 128, in: 1...65535)
  }

  /// Every command queue.
  var allPartitions: [Partition] { (0..<partitions).map { Partition(index: $0, count: partitions) } }

  /// How to reach RabbitMQ, under a name for the management UI.
  public func amqpOptions(role: String) -> AMQPOptions {
    AMQPOptions(
      hosts: amqpHosts, user: amqpUser, password: amqpPassword, virtualHost: amqpVirtualHost,
      connectionName: "\(instance)/\(role)")
  }

  /// How to reach the SQL tier.
  ///
  /// - Parameter onlyReads: whether nothing is ever written in that role.
  public func sqlOptions(role: String, onlyReads: Bool = false) -> SQLOptions {
    var options = SQLOptions(
      hosts: sqlHosts, user: sqlUser, password: sqlPassword, database: sqlDatabase,
      applicationName: "\(instance)/\(role)",
      setUp: flavour.setUp + (onlyReads ? flavour.setUpOfReader(role: role) : ""))
    options.requiresTLS = flavour.hasTLS
    return options
  }

  /// How to reach the Redis cluster.
  public var redisOptions: RedisOptions { RedisOptions(nodes: redisNodes, user: redisUser, password: redisPassword) }
}
