import KeyValueStore
import ServiceMetrics

/// Metrics of an API's publishing to the command log.
public final class PublishMetrics: Sendable {
  let confirmed: Counter
  let notSent: Counter
  let unknown: Counter
  let messages: Counter

  public init(_ registry: MetricsRegistry? = nil) {
    let registry = registry ?? MetricsRegistry()
    let publishes = (
      "kv_publishes_total", "Commands published, by outcome at the brokers; each attempt counts."
    )
    confirmed = registry.counter(publishes.0, publishes.1, [("outcome", "confirmed")])
    notSent = registry.counter(publishes.0, publishes.1, [("outcome", "not-sent")])
    unknown = registry.counter(publishes.0, publishes.1, [("outcome", "unknown")])
    messages = registry.counter(
      "kv_publish_messages_total", "Messages sent to the command queues; a message carries one or more commands.")
  }

  func count(_ outcome: PublishOutcome) {
    switch outcome {
    case .confirmed: confirmed.add()
    case .notSent: notSent.add()
    case .unknown: unknown.add()
    }
  }
}
