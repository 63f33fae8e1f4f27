import ChaosPlan
import Technologies

/// The store's queues, as the brokers have them now.
extension Stack {
  /// The queues that carry commands: one a partition, as `kv.commands.4.0`, with the count of them before the number.
  static let commandQueuePrefix = "kv.commands."

  /// For each of the store's queues, the most advanced replica that the brokers have; `nil` if no broker answers.
  func queueReplicas() async -> [QueueReplica]? {
    let brokers = (try? await engine.containers())?.filter {
      $0.status == .running && $0.labels[StackLabel.tier] == Tier.rabbitmq.rawValue
    }
    let nodes = (brokers ?? []).map { TierNode(name: $0.name, id: $0.id, hostname: "") }
    return await QueueReplica.now(in: nodes, asking: StackPort(stack: self, members: []))
  }

  /// Messages in the command queues now, including unacknowledged ones at workers; `nil` when no broker answers. A
  /// message may carry several commands.
  public func queuedMessages() async -> Int? {
    await queueReplicas()?.filter { $0.queue.hasPrefix(Self.commandQueuePrefix) }
      .reduce(0) { $0 + $1.messages }
  }
}
