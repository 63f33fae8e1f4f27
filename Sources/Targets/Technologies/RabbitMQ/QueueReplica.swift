/// The current state of one broker's replica of a queue, as `queues-now` in its container prints it.
///
/// The management API reports the same up to ten seconds later: queues emit statistics every five seconds, and these
/// are collected every five seconds.
package struct QueueReplica: Sendable, Hashable {
  /// How far the replica is: the term first, then the index of the last command that it applied.
  struct Position: Sendable, Hashable, Comparable {
    var term: Int
    var index: Int

    static func < (one: Position, other: Position) -> Bool {
      (one.term, one.index) < (other.term, other.index)
    }
  }

  package var queue: String
  var position = Position(term: 0, index: 0)
  /// Messages that are ready, and unacknowledged ones.
  package var messages = 0
  /// The tag of the active consumer.
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

extension QueueReplica {
  /// For each queue, the most advanced replica that brokers have now, all asked at once; `nil` if no broker answers.
  package static func now(in brokers: [TierNode], asking port: any NodePort) async -> [QueueReplica]? {
    let answers = await port.answers(brokers) { broker in
      await port.output(of: ["queues-now"], environment: [], in: broker).flatMap { read($0) }
    }
    return answers.isEmpty ? nil : newest(of: answers)
  }
}
