import ChaosPlan

/// Roles from RabbitMQ's management API, and from the brokers' replicas of the queues.
enum RabbitMQTopology {
  /// A part of `/api/queues`.
  struct Queue: Decodable, Sendable {
    var name: String
    /// The broker that leads a quorum queue, e.g. `rabbit@rabbitmq-1`.
    var leader: String?
    /// The broker of the queue's process, which for a quorum queue is its leader too.
    var node: String?
    /// The brokers that hold a replica of a quorum queue.
    var members: [String]?
    /// Those of them that are up.
    var online: [String]?
  }

  /// The leader and replicas of each queue, as the queue's own process reports them now.
  ///
  /// Without `disable_stats` the answer also has each broker's last statistics, under the same names: after a leader
  /// was deposed, a queue has `node` and `online` twice, and one of them is from the time when the deposed one still
  /// led.
  static let replicasPath = "/api/queues?disable_stats=true&enable_queue_totals=true"

  /// - Parameter prefix: how the names of the queues begin that count.
  static func roles(brokers: [String], queues: [Queue], prefix: String) -> NodeRoles {
    let counted = queues.filter { $0.name.hasPrefix(prefix) }
    func short(_ broker: String) -> String { broker.split(separator: "@").last.map(String.init) ?? broker }
    // Other queue types have no replicas that a broker could lack.
    let replicated = counted.filter { $0.members != nil }
    func lack(_ broker: String) -> String? {
      let without = replicated.count { queue in !(queue.online ?? queue.members ?? []).contains { short($0) == broker }
      }
      return without > 0 ? "has no running replica of \(without) of \(counted.count) queues" : nil
    }
    let held = counted.flatMap { $0.members ?? [] }.reduce(into: [String: Int]()) { $0[short($1), default: 0] += 1 }
    let led = counted.reduce(into: [String: Int]()) { led, queue in
      guard let leader = queue.leader ?? queue.node else { return }
      led[short(leader), default: 0] += 1
    }
    // The one with the most; of several, the first by name, so that the same cluster always names the same leader.
    let most = brokers.map { led[$0, default: 0] }.max() ?? 0
    let leader = most > 0 ? brokers.sorted().first { led[$0, default: 0] == most } : nil
    return brokers.reduce(into: [:]) { roles, broker in
      roles[broker] = NodeRole(
        roles: [broker == leader ? .leader : .follower],
        detail: "leads \(led[broker, default: 0]) and holds \(held[broker, default: 0]) of \(counted.count) queues",
        lack: lack(broker))
    }
  }

  /// - Parameters:
  ///   - consumers: the nodes whose consumers are looked for.
  ///   - queues: the most advanced replicas of all queues.
  ///   - prefix: how the names of the queues begin that count.
  static func roles(consumers: [TierNode], queues: [QueueReplica], prefix: String) -> NodeRoles {
    let counted = queues.filter { $0.queue.hasPrefix(prefix) }
    return consumers.reduce(into: [:]) { roles, node in
      let queues = counted.filter { $0.activeConsumer.map { belongs($0, to: node) } ?? false }
        .compactMap { $0.queue.split(separator: ".").last.flatMap { Int($0) } }.sorted()
      let missing = counted.count { !$0.consumers.contains { belongs($0, to: node) } }
      let lack = missing > 0 ? "does not subscribe to \(missing) of \(counted.count) queues" : nil
      roles[node.name] =
        queues.isEmpty
        ? NodeRole(roles: [.member], detail: "no queue", lack: lack)
        : NodeRole(
          roles: [.activeConsumer],
          detail: "consumes queue\(queues.count == 1 ? "" : "s") \(queues.map(String.init).joined(separator: ", "))",
          lack: lack)
    }
  }

  /// A consumer's tag begins with the hostname of its node, which in a container is the first digits of its id.
  private static func belongs(_ tag: String, to node: TierNode) -> Bool {
    [node.hostname, String(node.id.prefix(12)), node.name].contains { !$0.isEmpty && tag.hasPrefix($0) }
  }
}
