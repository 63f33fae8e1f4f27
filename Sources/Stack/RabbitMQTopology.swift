import ChaosPlan

/// Roles from RabbitMQ's management API.
enum RabbitMQTopology {
  /// A part of `/api/queues`, as either question has it.
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
    /// The active consumer as the queue itself knows it, which `/api/consumers` may lag behind. A worker's tag begins
    /// with its hostname, which in a container is the first digits of its id.
    var singleActiveConsumerTag: String?

    enum CodingKeys: String, CodingKey {
      case name, leader, node, members, online
      case singleActiveConsumerTag = "single_active_consumer_tag"
    }
  }

  /// Who leads and holds each queue, as the queue's own process says now.
  ///
  /// Without `disable_stats` the answer also has what each broker last counted, under the same names: after a leader
  /// was deposed a queue has `node` and `online` twice, and one of them is of the time when the deposed one still led.
  static let replicasPath = "/api/queues?disable_stats=true&enable_queue_totals=true"
  /// The active consumers are among what is counted, and nowhere else.
  static let activeConsumersPath = "/api/queues?columns=name,single_active_consumer_tag"

  /// The answers to both questions as one.
  ///
  /// - Parameters:
  ///   - replicas: the answer to `replicasPath`; `nil`: nobody answered.
  ///   - active: that to `activeConsumersPath`. Nothing but the consumers is taken from it.
  /// - Returns: `nil` where nobody says who leads.
  static func queues(replicas: [Queue]?, active: [Queue]?) -> [Queue]? {
    let tags = Dictionary((active ?? []).map { ($0.name, $0.singleActiveConsumerTag) }) { first, _ in first }
    return replicas?.map { queue in
      var queue = queue
      queue.singleActiveConsumerTag = tags[queue.name] ?? nil
      return queue
    }
  }

  /// A part of `/api/consumers`.
  struct Consumer: Decodable, Sendable {
    struct Queue: Decodable, Sendable {
      var name: String
    }

    var tag: String
    var queue: Queue

    enum CodingKeys: String, CodingKey {
      case queue
      case tag = "consumer_tag"
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
    func short(_ broker: String) -> String { broker.split(separator: "@").last.map(String.init) ?? broker }
    // A queue of another kind has no replicas that a broker could lack.
    let replicated = commands.filter { $0.members != nil }
    func lack(_ broker: String) -> String? {
      let without = replicated.count { queue in !(queue.online ?? queue.members ?? []).contains { short($0) == broker }
      }
      return without > 0 ? "has no replica that is up of \(without) of \(commands.count) queues" : nil
    }
    let held = commands.flatMap { $0.members ?? [] }.reduce(into: [String: Int]()) { $0[short($1), default: 0] += 1 }
    let led = commands.reduce(into: [String: Int]()) { led, queue in
      guard let leader = queue.leader ?? queue.node else { return }
      led[short(leader), default: 0] += 1
    }
    // The one with the most; of several, the first by name, so that the same cluster always names the same leader.
    let most = brokers.map { led[$0, default: 0] }.max() ?? 0
    let leader = most > 0 ? brokers.sorted().first { led[$0, default: 0] == most } : nil
    return brokers.reduce(into: [:]) { roles, broker in
      roles[broker] = StatusReader.NodeRole(
        roles: [broker == leader ? .leader : .follower],
        detail: "leads \(led[broker, default: 0]) and holds \(held[broker, default: 0]) of \(commands.count) queues",
        lack: lack(broker))
    }
  }

  /// - Parameter consumers: every subscription, of which only one a queue is active; `nil`: nobody was told.
  static func roles(workers: [Worker], queues: [Queue], consumers: [Consumer]?) -> StatusReader.Roles {
    let commands = queues.filter { $0.name.hasPrefix(commandQueuePrefix) }
    return workers.reduce(into: [:]) { roles, worker in
      let queues = commands.filter { $0.singleActiveConsumerTag.map { belongs($0, to: worker) } ?? false }
        .compactMap { Int($0.name.dropFirst(commandQueuePrefix.count)) }.sorted()
      let subscribed = consumers.map { all in Set(all.filter { belongs($0.tag, to: worker) }.map(\.queue.name)) }
      let missing = subscribed.map { names in commands.count { !names.contains($0.name) } } ?? 0
      let lack = missing > 0 ? "does not wait at \(missing) of \(commands.count) queues" : nil
      roles[worker.name] =
        queues.isEmpty
        ? StatusReader.NodeRole(roles: [.member], detail: "no queue", lack: lack)
        : StatusReader.NodeRole(
          roles: [.activeConsumer],
          detail: "consumes queue\(queues.count == 1 ? "" : "s") \(queues.map(String.init).joined(separator: ", "))",
          lack: lack)
    }
  }

  private static func belongs(_ tag: String, to worker: Worker) -> Bool {
    [worker.hostname, String(worker.id.prefix(12)), worker.name].contains { !$0.isEmpty && tag.hasPrefix($0) }
  }
}
