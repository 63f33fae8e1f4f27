import ArgumentParser
import Hummingbird
import KeyValueStore
import Logging
import NIOPosix
import RedisClient
import SQLClient
import ServiceLifecycle
import ServiceMetrics
import StoreBackends
import StoreHTTP

/// Serves until SIGTERM, then answers what is under way and ends.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serve HTTP until SIGTERM (the default).")

  mutating func run() async throws {
    let configuration: Configuration
    do {
      configuration = try Configuration(environment: systemEnvironment(), hostname: systemHostname())
    } catch {
      throw ValidationError(error.description)
    }
    LoggingSystem.bootstrap { label in
      JSONLogHandler(label: label, instance: configuration.instance, level: configuration.logLevel)
    }
    let logger = Logger(label: "kv-api")
    // One loop for the server, the requests and the cache: a hand-over between threads costs more than most requests.
    let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let registry = MetricsRegistry(labels: [("instance", configuration.instance)])
    registry.addProcessMetrics()
    let backends = BackendMetrics(registry)
    let replies = ReplyRegistry()
    registry.gauge("kv_reply_waits", "Requests that wait for a worker's reply.") { Double(replies.count) }
    let log = AMQPCommandLog(
      configuration: configuration, replies: replies, loop: eventLoops.any(), metrics: PublishMetrics(registry),
      confirmed: { logger.trace(.confirmed, $0) }, notify: { logger.record($0, role: "api") })
    registry.gauge("kv_publish_waiting", "Commands that wait to be sent to the brokers.") {
      Double(log.waitingCount)
    }
    registry.gauge("kv_publish_silent_partitions", "Partitions whose queue confirms nothing.") {
      Double(log.silentCount)
    }
    QueueDepths.watch(configuration, registry)
    let pool = SQLPool(options: configuration.sqlOptions(role: "api", onlyReads: true), size: configuration.sqlPoolSize)
    let table = SQLTable(pool: pool, flavour: configuration.flavour, metrics: backends)
    let cluster = RedisCluster(options: configuration.redisOptions, loop: eventLoops.any())
    let cache = RedisCache(
      cluster: cluster, timeToLiveMilliseconds: configuration.cacheTimeToLiveMilliseconds, metrics: backends)
    let service = StoreService(
      log: Planting.log(log), table: Planting.apiTable(table, cache, configuration), cache: Planting.cache(cache),
      replies: replies, clock: ContinuousClock(), timeouts: configuration.timeouts,
      wallClock: Planting.wallClock(of: configuration.instance))
    let readiness = Readiness(
      probes: [
        DependencyProbe(name: "rabbitmq", isRequired: true) { log.isReady() },
        DependencyProbe(name: "sql", isRequired: true) { await table.isHealthy(timeout: .seconds(2)) },
        DependencyProbe(name: "redis", isRequired: false) { await cluster.isHealthy() },
      ],
      clock: ContinuousClock())
    var quiet = Logger(label: "hummingbird")
    quiet.logLevel = .warning
    let application = Application(
      responder: StoreResponder(
        service: service, readiness: readiness, metrics: APIMetrics(registry), logger: logger,
        token: configuration.apiToken.map { BearerToken($0) }),
      // Longer than NGINX keeps an idle connection (30 s): the side that sends requests is the one that closes.
      server: .http1(configuration: .init(idleTimeout: .seconds(90))),
      configuration: ApplicationConfiguration(
        address: .hostname("0.0.0.0", port: configuration.httpPort), serverName: "kv-api"),
      eventLoopGroupProvider: .shared(eventLoops), logger: quiet)
    logger.info(
      "serving",
      metadata: ["port": "\(configuration.httpPort)", "flavour": .string(configuration.flavour.rawValue)])
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: readiness), .init(service: application),
          .init(
            service: PartitionCount(configuration: configuration, logger: logger),
            successTerminationBehavior: .ignore, failureTerminationBehavior: .gracefullyShutdownGroup),
          .init(service: LameDuck(for: .seconds(2), clock: ContinuousClock())),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await withTaskExecutorPreference(EventLoopExecutor(eventLoops.any())) { try await group.run() }
    await log.close()
    logger.info("ended")
  }
}
