import AMQPClient
import KeyValueStore
import ServiceMetrics

/// The lengths of the command queues and the dead-letter queue, as a metric.
public enum QueueDepths {
  /// Creates the gauges and starts polling.
  public static func watch(_ configuration: Configuration, _ registry: MetricsRegistry) {
    let queues = configuration.allPartitions.map(\.queueName) + [AMQPReplies.deadLetterQueue]
    let watch = AMQPQueueWatch(options: configuration.amqpOptions(role: "queue-watch"), queues: queues)
    for queue in queues {
      registry.gauge(
        "kv_queue_messages",
        "Messages ready in the queue, not delivered to a worker yet; NaN while no broker answers.",
        [("queue", queue)]
      ) { watch.readyMessages(in: queue).map(Double.init) ?? .nan }
    }
  }
}
