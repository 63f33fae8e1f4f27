import ChaosPlan

/// Consumers of RabbitMQ's queues of which one at a time is active: the brokers know which.
package struct RabbitMQConsumers: Technology {
  package static let name = "rabbitmq-consumers"
  package static let roles = [TierRole(.activeConsumer, .any), TierRole(.member, .any)]

  /// The tier of the brokers.
  private let brokers: Tier
  /// How the names of the queues begin that count.
  private let queues: String

  package init(_ settings: MappingReader) {
    let hint = "the tier of the brokers, like `rabbitmq`"
    brokers = Tier(rawValue: settings.requiredText("brokers", hint: hint) ?? "")
    queues = settings.text("queues", hint: queuesHint) ?? ""
  }

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    // If no broker answers, the consumers' roles are unknown.
    guard let replicas = await QueueReplica.now(in: port.running(brokers), asking: port) else { return [:] }
    return RabbitMQTopology.roles(consumers: port.running(tier), queues: replicas, prefix: queues)
  }
}
