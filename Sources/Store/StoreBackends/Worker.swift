import AMQPClient
import KeyValueStore
import Logging
import NIOCore
import RedisClient
import SQLClient
import ServiceMetrics
import Synchronization
import WallClock

/// A worker: subscribes to every partition, and applies those of which it is the active consumer.
public final class Worker: Sendable {
  private let configuration: Configuration
  private let logger: Logger
  private let consumer: AMQPConnection
  private let publisher: AMQPConnection
  private let mailboxes: [DeliveryMailbox]
  private let meters: [PartitionMeter]
  private let table: any Table
  private let pruner: OperationPruner<ContinuousClock>
  private let cache: any Cache

  /// Connects at once.
  ///
  /// - Parameters:
  ///   - registry: where the worker's metrics are made.
  ///   - loop: where the cache's connections live.
  public init(
    configuration: Configuration, logger: Logger, registry: MetricsRegistry, loop: any EventLoop
  ) {
    let backends = BackendMetrics(registry)
    let metrics = WorkerMetrics(registry)
    let meters = configuration.allPartitions.map { partition in
      PartitionMeter(metrics, registry, partition: partition, wallClock: wallClockMilliseconds)
    }
    self.meters = meters
    self.configuration = configuration
    self.logger = logger
    // One connection for each partition, and one more for reads and pruning: no partition waits for another's
    // transaction.
    let pool = SQLPool(options: configuration.sqlOptions(role: "worker"), size: configuration.partitions + 1)
    table = Planting.workerTable(SQLTable(pool: pool, flavour: configuration.flavour, metrics: backends))
    cache = Planting.cache(
      RedisCache(
        cluster: RedisCluster(options: configuration.redisOptions, loop: loop),
        timeToLiveMilliseconds: configuration.cacheTimeToLiveMilliseconds, keepsUpdates: true,
        metrics: backends))
    let mailboxes = (0..<configuration.partitions).map { _ in DeliveryMailbox() }
    self.mailboxes = mailboxes
    let consumers = configuration.allPartitions.map { partition in
      let index = partition.index
      return AMQPConsumer(
        queue: .named(partition.queueName), prefetch: UInt16(configuration.prefetch),
        priority: Planting.priority(Self.priority(of: configuration.instance, partition: index)),
        tag: "\(configuration.instance).\(index)", acknowledgesItself: Planting.acknowledgesAtDelivery
      ) { event in
        switch event {
        case .opened(let generation, _):
          meters[index].channelChanged()
          mailboxes[index].push(.opened(generation: generation))
        case .closed(let generation, _):
          meters[index].channelChanged()
          mailboxes[index].push(.closed(generation: generation))
        case .delivered(let deliveries, let generation):
          if let last = deliveries.last { meters[index].delivered(upTo: last.tag) }
          let decoded = deliveries.map { Delivery(tag: $0.tag, body: $0.body, replyAddress: $0.replyTo) }
          logger.trace(.delivered, decoded.flatMap { $0.entries.map(\.command.operation) })
          mailboxes[index].push(.delivered(decoded, generation: generation))
        }
      }
    }
    let publisher = AMQPConnection(options: configuration.amqpOptions(role: "worker-replies")) { notice in
      logger.record(notice, role: "replies")
    }
    self.publisher = publisher
    let partitions = configuration.allPartitions
    pruner = OperationPruner(
      records: SQLOperationRecords(pool: pool), age: configuration.operationsTimeToLive, clock: ContinuousClock(),
      queuesConfirm: {
        for partition in partitions {
          let probe = AMQPCommandLog.probe(of: partition)
          guard await publisher.publish(probe, timeout: .seconds(5)) == .confirmed else { return false }
        }
        return true
      },
      removed: { metrics.operationsPruned.add(UInt64($0)) })
    consumer = AMQPConnection(options: configuration.amqpOptions(role: "worker"), consumers: consumers) { notice in
      logger.record(notice, role: "consumer")
    }
  }

  /// Highest-random-weight hashing (Thaler and Ravishankar): each partition prefers its own order of workers, so the
  /// active consumers are spread over the live workers, and the end of a worker moves only its own partitions.
  static func priority(of instance: String, partition: Int) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(instance)/\(partition)".utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    // FNV's low bits follow the last byte; the finaliser of SplitMix64 spreads them.
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int64((hash ^ (hash >> 31)) % 1_000_000)
  }

  /// Works until `stop`: then finishes the current batches, acknowledges them and closes the connections.
  public func run() async {
    let replies = AMQPReplies(connection: publisher)
    await withTaskGroup(of: Void.self) { group in
      for (partition, mailbox) in zip(configuration.allPartitions, mailboxes) {
        let index = partition.index
        let ports = PartitionRunner<ContinuousClock>.Ports(
          table: table, cache: cache, replies: replies, deadLetters: replies,
          acknowledge: { [consumer, meter = meters[index]] tag, generation in
            meter.acknowledged(upTo: tag)
            guard !Planting.acknowledgesAtDelivery else { return }
            consumer.acknowledge(consumer: index, upTo: tag, generation: generation)
          },
          observe: { [logger, meter = meters[index]] observation in
            meter.observe(observation)
            Self.record(observation, partition, logger)
          })
        let runner = PartitionRunner(
          partition: partition, ports: ports, clock: ContinuousClock(),
          applyTimeout: configuration.flavour.applyTimeout, limits: configuration.limits)
        group.addTask { await runner.run { await mailbox.next() } }
      }
      // Ends with the last partition.
      let pruning = Task { await pruner.run() }
      await group.waitForAll()
      pruning.cancel()
    }
    await consumer.close()
    await publisher.close()
  }

  /// Makes `run` end.
  public func stop() {
    for mailbox in mailboxes { mailbox.close() }
  }

  /// Whether the worker can work: it is connected to RabbitMQ.
  public var isReady: Bool { consumer.isReady }

  private static func record(
    _ observation: PartitionRunner<ContinuousClock>.Observation, _ partition: Partition, _ logger: Logger
  ) {
    let queue: Logger.MetadataValue = .string(partition.queueName)
    switch observation {
    case .committed(let results):
      logger.trace(.committed, results.map(\.command.operation))
      let commands = results.count
      let duplicates = results.count { $0.disposition == .duplicate }
      let conflicts = results.filter { $0.disposition == .conflict }
      if let first = conflicts.first {
        // The client that queued such a write only knows that it is queued, so this log line is the only notice.
        logger.warning(
          "operation ids that another write has already used: nothing was applied",
          metadata: [
            "queue": queue, "conflicts": "\(conflicts.count)", "first": .string(first.command.operation.text),
          ])
      }
      if duplicates > 0 {
        logger.info(
          "redelivered operations skipped",
          metadata: ["queue": queue, "commands": "\(commands)", "duplicates": "\(duplicates)"])
      } else {
        logger.debug("applied", metadata: ["queue": queue, "commands": "\(commands)"])
      }
    case .notApplied(let reason):
      logger.warning("a batch was rolled back", metadata: ["queue": queue, "reason": .string(reason)])
    case .unknown(let reason):
      logger.warning("a batch's commit is unknown", metadata: ["queue": queue, "reason": .string(reason)])
    case .deadLetter(let reason):
      logger.error("a message cannot be decoded", metadata: ["queue": queue, "reason": .string(reason)])
    }
  }
}
