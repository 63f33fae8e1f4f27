import AMQPClient
import KeyValueStore
import NIOCore
import Synchronization

/// The command log on RabbitMQ, with one connection for publishing and one for replies. Commands that arrive while a
/// message of their partition is unconfirmed share the next message.
public final class AMQPCommandLog: CommandLog {
  /// The type of a message of commands.
  static let commandType = "kv.commands.v1"

  /// One command on its way into a message.
  struct Waiter: Sendable {
    let entry: CommandBatch.Entry
    let continuation: CheckedContinuation<PublishOutcome, Never>
  }

  /// The states of the partitions' queues, shared with `SecondOpinion`.
  private final class Shared: Sendable {
    let value: Mutex<[PublishQueue<Waiter>]>
    init(_ queues: sending [PublishQueue<Waiter>]) { value = Mutex(queues) }
  }

  private let publisher: AMQPConnection
  private let queues: Shared
  /// The next partition to probe.
  private let turn = Mutex(0)
  private let partitions: [Partition]
  private let loop: any EventLoop
  private let metrics: PublishMetrics
  private let replyQueue: ReplyQueue
  private let secondOpinion: SecondOpinion
  private let confirmed: @Sendable ([OperationID]) -> Void

  /// Connects at once and keeps both connections open. `notify` is for logging, `loop` is the time source, and
  /// `confirmed` is called with the operations that a quorum has.
  public init(
    configuration: Configuration, replies: ReplyRegistry, loop: any EventLoop,
    metrics: PublishMetrics = PublishMetrics(), confirmed: @escaping @Sendable ([OperationID]) -> Void = { _ in },
    notify: @escaping @Sendable (AMQPConnection.Notice) -> Void
  ) {
    self.confirmed = confirmed
    let partitions = configuration.allPartitions
    self.partitions = partitions
    self.loop = loop
    self.metrics = metrics
    let queues = Shared(partitions.map { _ in PublishQueue<Waiter>() })
    self.queues = queues
    let publisher = AMQPConnection(options: configuration.amqpOptions(role: "publisher"), notify: notify)
    self.publisher = publisher
    secondOpinion = SecondOpinion(
      loop: loop,
      longestSilence: {
        queues.value.withLock { queues in
          queues.enumerated().lazy.compactMap { index, queue in queue.silence(now: .now).map { (index, $0) } }
            .max { $0.1 < $1.1 }.map { (partitions[$0.0], $0.1) }
        }
      },
      ask: { await SecondOpinion.confirms($0, options: configuration.amqpOptions(role: "second-opinion")) },
      stuck: { publisher.reconnect(reason: "it confirms nothing, and another connection does") })
    replyQueue = ReplyQueue(
      options: configuration.amqpOptions(role: "replies"), replies: replies, loop: loop, notify: notify)
  }

  public func publish(
    _ command: Command, wantsReply: Bool, sendWithin: Duration, timeout: Duration
  ) async -> PublishOutcome {
    let now = ContinuousClock.now
    let partition = Partition(of: command.key, count: partitions.count)
    let bytes = command.key.bytes.count + (command.value?.bytes.count ?? 0) + 64
    let outcome = await withCheckedContinuation { continuation in
      let waiter = Waiter(
        entry: CommandBatch.Entry(command: command, wantsReply: wantsReply), continuation: continuation)
      let item = PublishQueue<Waiter>.Item(
        bytes: bytes, sendBy: now + sendWithin, deadline: now + timeout, token: waiter)
      step(partition) { $0.add(item, now: $1) }
    }
    metrics.count(outcome)
    return outcome
  }

  /// Passes an event to a partition's queue, and performs the resulting step.
  private func step(
    _ partition: Partition,
    _ event: (inout PublishQueue<Waiter>, ContinuousClock.Instant) -> PublishQueue<Waiter>.Step
  ) {
    perform(queues.value.withLock { event(&$0[partition.index], .now) }, partition)
  }

  private func perform(_ step: PublishQueue<Waiter>.Step, _ partition: Partition) {
    for item in step.expired { item.resume(.notSent(reason: "the brokers did not confirm earlier commands")) }
    for item in step.refused { item.resume(.notSent(reason: "too many commands wait for the brokers")) }
    if let time = step.wakeAt {
      loop.scheduleTask(in: TimeAmount(time - .now)) { [self] in
        self.step(partition) { $0.timeCame(now: $1) }
      }
    }
    if step.probes { probe(partition) }
    // Callers retry the commands whose deadline is later.
    guard let deadline = step.message.map(\.deadline).min() else { return }
    let entries = step.message.map(\.token.entry)
    // Without a reply queue the request still works: it looks up the operation.
    let replyTo = entries.contains(where: \.wantsReply) ? replyQueue.name : nil
    let message = AMQPMessage(
      queue: partition.queueName, body: CommandBatch(entries: entries).encoded(), replyTo: replyTo,
      type: Self.commandType)
    metrics.messages.add()
    publisher.publish(message, deadline: deadline) { [self] outcome in
      // Send the next message first: it is in flight while the requests of this one are answered.
      let verdict = PublishQueue<Waiter>.Verdict(outcome)
      self.step(partition) { $0.settled(verdict, now: $1) }
      let outcome = PublishOutcome(outcome)
      if outcome == .confirmed { confirmed(entries.map(\.command.operation)) }
      for item in step.message { item.resume(outcome) }
    }
  }

  /// Commands that wait for their message.
  public var waitingCount: Int { queues.value.withLock { $0.reduce(0) { $0 + $1.waitingCount } } }

  /// A message without a command: it only tests whether a quorum confirms it. No worker needs to see it.
  static func probe(of partition: Partition) -> AMQPMessage {
    AMQPMessage(
      queue: partition.queueName, body: CommandBatch(entries: []).encoded(), type: commandType,
      timeToLive: .seconds(10))
  }

  private func probe(_ partition: Partition) {
    let message = Self.probe(of: partition)
    // A long timeout, because the brokers keep messages that they cannot confirm, and probes would pile up there.
    publisher.publish(message, deadline: .now + .seconds(30)) { [self] outcome in
      step(partition) { $0.probed(PublishQueue<Waiter>.Verdict(outcome), now: $1) }
    }
  }

  /// Whether commands can be published now: the broker accepts them, and every partition's queue confirms them. Call it
  /// about once a second: each call probes the next partition, unless that one has just confirmed something.
  public func isReady() -> Bool {
    guard publisher.isReady else { return false }
    let index = turn.withLock { turn in
      turn = (turn + 1) % partitions.count
      return turn
    }
    step(partitions[index]) { $0.ask(now: $1) }
    return silentCount == 0
  }

  /// Partitions whose queue confirms nothing.
  public var silentCount: Int {
    queues.value.withLock { queues in queues.count { $0.isSilent(now: .now) } }
  }

  /// Closes both connections after the earlier messages.
  public func close() async {
    secondOpinion.end()
    await publisher.close()
    await replyQueue.close()
  }
}

extension PublishQueue.Item where Token == AMQPCommandLog.Waiter {
  fileprivate func resume(_ outcome: PublishOutcome) { token.continuation.resume(returning: outcome) }
}

extension PublishQueue.Verdict {
  fileprivate init(_ outcome: AMQPPublishOutcome) {
    switch outcome {
    case .confirmed: self = .confirmed
    case .refused: self = .refused
    case .notSent, .unknown: self = .nothing
    }
  }
}

extension PublishOutcome {
  fileprivate init(_ outcome: AMQPPublishOutcome) {
    switch outcome {
    case .confirmed: self = .confirmed
    case .notSent(let reason): self = .notSent(reason: reason)
    case .refused(let reason), .unknown(let reason): self = .unknown(reason: reason)
    }
  }
}
