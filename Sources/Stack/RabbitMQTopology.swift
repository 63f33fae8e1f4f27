import ChaosPlan

/// Roles from RabbitMQ's management API.
enum RabbitMQTopology {
  /// A part of `/api/queues`.
  struct Queue: Decodable, Sendable {
    var name: String
    /// The broker that leads a quorum queue, e.g. `rabbit@rabbitmq-1`.
    var leader: String?
    /// The broker of the queue's process, which for a quorum queue is its leader too.
    var node: String?
    /// The consumer that the queue itself names as its active one; other answers may still show one that it replaced.
    var singleActiveConsumerTag: String?

    enum CodingKeys: String, CodingKey {
      case name, leader, node
      case singleActiveConsumerTag = "single_active_consumer_tag"
    }
  }

  /// A part of `/api/connections`.
  struct Connection: Decodable, Sendable {
    var name: String
    /// What the client calls itself: `<hostname>/worker`.
    var userProvidedName: String?

    enum CodingKeys: String, CodingKey {
      case name
      case userProvidedName = "user_provided_name"
    }
  }

  /// A part of `/api/consumers`.
  struct Consumer: Decodable, Sendable {
    struct QueueName: Decodable, Sendable {
      var name: String
    }

    var queue: QueueName
    struct ChannelDetails: Decodable, Sendable {
      var connectionName: String?

      enum CodingKeys: String, CodingKey {
        case connectionName = "connection_name"
      }
    }

    /// Begins with the hostname of the worker, which in a container is the first digits of its id; or is the broker's own,
    /// and `named` puts the name of the connection in its place.
    var consumerTag: String
    /// Whether it is the one that a single-active-consumer queue gives messages to.
    var active: Bool?
    var channelDetails: ChannelDetails?

    enum CodingKeys: String, CodingKey {
      case queue
      case consumerTag = "consumer_tag"
      case active
      case channelDetails = "channel_details"
    }
  }

  struct Worker: Sendable {
    var name: String
    var id: String
    var hostname: String
  }

  /// The queues that carry commands: one a partition.
  static let commandQueuePrefix = "kv.commands."

  static func roles(brokers: [String], queues: [Queue]) -> StatusReader.Roles {
    let commands = queues.filter { $0.name.hasPrefix(commandQueuePrefix) }
    let led = commands.reduce(into: [String: Int]()) { led, queue in
      guard let leader = queue.leader ?? queue.node else { return }
      led[leader.split(separator: "@").last.map(String.init) ?? leader, default: 0] += 1
    }
    // The one with the most; of several, the first by name, so that the same cluster always names the same leader.
    let most = brokers.map { led[$0, default: 0] }.max() ?? 0
    let leader = most > 0 ? brokers.sorted().first { led[$0, default: 0] == most } : nil
    return brokers.reduce(into: [:]) { roles, broker in
      roles[broker] = StatusReader.NodeRole(
        roles: [broker == leader ? .leader : .follower],
        detail: "leads \(led[broker, default: 0]) of \(commands.count) queues")
    }
  }

  /// The consumers under the names of their connections, and active where the queue says so.
  static func named(_ consumers: [Consumer], queues: [Queue], connections: [Connection]) -> [Consumer] {
    let active = queues.reduce(into: [:]) { $0[$1.name] = $1.singleActiveConsumerTag }
    let names = connections.reduce(into: [:]) { $0[$1.name] = $1.userProvidedName }
    return consumers.map { consumer in
      var consumer = consumer
      if let tag = active[consumer.queue.name] { consumer.active = tag == consumer.consumerTag }
      if let name = consumer.channelDetails?.connectionName.flatMap({ names[$0] }) { consumer.consumerTag = name }
      return consumer
    }
  }

  static func roles(workers: [Worker], consumers: [Consumer]) -> StatusReader.Roles {
    let active = consumers.filter { $0.queue.name.hasPrefix(commandQueuePrefix) && $0.active != false }
    return workers.reduce(into: [:]) { roles, worker in
      let queues = active.filter { belongs($0.consumerTag, to: worker) }
        .compactMap { Int($0.queue.name.dropFirst(commandQueuePrefix.count)) }.sorted()
      roles[worker.name] =
        queues.isEmpty
        ? StatusReader.NodeRole(roles: [.member], detail: "no queue")
        : StatusReader.NodeRole(
          roles: [.activeConsumer],
          detail: "consumes queue\(queues.count == 1 ? "" : "s") \(queues.map(String.init).joined(separator: ", "))")
    }
  }

  private static func belongs(_ tag: String, to worker: Worker) -> Bool {
    [worker.hostname, String(worker.id.prefix(12)), worker.name].contains { !$0.isEmpty && tag.hasPrefix($0) }
  }
}
