import ChaosPlan

/// Consumers of RabbitMQ's queues of which one at a time is active: the brokers know which.
package struct RabbitMQConsumers: Technology {
  /// The tier of the brokers.
  private let brokers: Tier
  /// How the names of the queues begin that count.
  private let queues: String

  package init(of brokers: Tier, queues: String) {
    self.brokers = brokers
    self.queues = queues
  }

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    // If no broker answers, the consumers' roles are unknown.
    guard let replicas = await QueueReplica.now(in: port.running(brokers), asking: port) else { return [:] }
    return RabbitMQTopology.roles(consumers: port.running(tier), queues: replicas, prefix: queues)
  }
}
