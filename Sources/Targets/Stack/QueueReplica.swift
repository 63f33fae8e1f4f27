import ChaosPlan
import DockerEngine

/// The current state of one broker's replica of a queue, as `queues-now` in its container prints it.
///
/// The management API reports the same up to ten seconds later: queues emit statistics every five seconds, and these
/// are collected every five seconds.
struct QueueReplica: Sendable, Hashable {
  /// How far the replica is: the term first, then the index of the last command that it applied.
  struct Position: Sendable, Hashable, Comparable {
    var term: Int
    var index: Int

    static func < (one: Position, other: Position) -> Bool {
      (one.term, one.index) < (other.term, other.index)
    }
  }

  var queue: String
  var position = Position(term: 0, index: 0)
  /// Messages that are ready, and unacknowledged ones.
  var messages = 0
  /// The tag of the active consumer. A worker's begins with its hostname, which in a container is the first digits of
  /// its id.
  var activeConsumer: String?
  /// The tags of all subscribed consumers.
  var consumers: [String] = []
}

extension QueueReplica {
  /// Reads a broker's answer: a line for each queue, then `end`.
  ///
  /// - Returns: `nil` if anything is missing or malformed.
  static func read(_ text: String) -> [QueueReplica]? {
    let lines = text.split(separator: "\n")
    guard lines.last == "end" else { return nil }
    let replicas = lines.dropLast().compactMap(QueueReplica.init(line:))
    return replicas.count == lines.count - 1 ? replicas : nil
  }

  private init?(line: Substring) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 6, let term = Int(fields[1]), let index = Int(fields[2]), let messages = Int(fields[3]) else {
      return nil
    }
    queue = String(fields[0])
    position = Position(term: term, index: index)
    self.messages = messages
    activeConsumer = fields[4].split(separator: ",").first.map(String.init)
    consumers = fields[5].split(separator: ",").map(String.init)
  }

  /// For each queue, the most advanced replica among several brokers' answers: a broker that is cut off or behind has
  /// an older one.
  static func newest(of answers: [[QueueReplica]]) -> [QueueReplica] {
    Dictionary(answers.joined().map { ($0.queue, $0) }) { $0.position < $1.position ? $1 : $0 }.values
      .sorted { $0.queue < $1.queue }
  }
}

extension Stack {
  /// For each of the store's queues, the most advanced replica that the brokers have; `nil` if no broker answers.
  ///
  /// - Parameter brokers: the ids of the containers to ask, all at once.
  func queueReplicas(of brokers: [String]) async -> [QueueReplica]? {
    let answers = await withTaskGroup(of: [QueueReplica]?.self) { group in
      for broker in brokers {
        group.addTask {
          let answer = try? await engine.exec(broker, ["queues-now"], timeout: .seconds(4))
          guard let answer, answer.exitCode == 0 else { return nil }
          return QueueReplica.read(answer.output)
        }
      }
      return await group.reduce(into: [[QueueReplica]]()) { all, next in if let next { all.append(next) } }
    }
    return answers.isEmpty ? nil : QueueReplica.newest(of: answers)
  }

  /// The same of all brokers that run.
  func queueReplicas() async -> [QueueReplica]? {
    let brokers = (try? await engine.containers())?.filter {
      $0.status == .running && $0.labels[StackLabel.tier] == Tier.rabbitmq.rawValue
    }
    return await queueReplicas(of: brokers?.map(\.id) ?? [])
  }

  /// Messages in the command queues now, including unacknowledged ones at workers; `nil` when no broker answers. A
  /// message may carry several commands.
  public func queuedMessages() async -> Int? {
    await queueReplicas()?.filter { $0.queue.hasPrefix(RabbitMQTopology.commandQueuePrefix) }
      .reduce(0) { $0 + $1.messages }
  }
}
