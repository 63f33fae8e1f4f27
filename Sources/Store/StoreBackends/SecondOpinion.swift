import AMQPClient
import KeyValueStore
import NIOCore
import Synchronization

/// Finds out whether a queue is silent or only the channel to it is stuck. In the second case it replaces the
/// connection.
///
/// Seen with RabbitMQ 4.0 after a partition of the brokers: a channel keeps waiting for confirms that were lost between
/// it and the queue's leader, and for those of later messages too (rabbitmq-server#14589), while a new channel on the
/// same broker is served at once. So a silent queue is probed through a new connection. If that probe is confirmed, the
/// old connection is stuck. If not, the queue has no quorum, or the broker cannot reach it: then another connection
/// would not help, and the other partitions keep theirs.
final class SecondOpinion: Sendable {
  /// Longer than an election among a queue's replicas takes on an idle machine.
  private static let patience = Duration.seconds(4)
  private static let interval = TimeAmount.seconds(1)
  /// For the new connection, and again for its answer.
  private static let answerLimit = Duration.seconds(2)

  private let longestSilence: @Sendable () -> (partition: Partition, duration: Duration)?
  private let ask: @Sendable (Partition) async -> Bool
  private let stuck: @Sendable () -> Void
  private let isAsking = Mutex(false)
  private let check = Mutex<RepeatedTask?>(nil)

  /// - Parameters:
  ///   - longestSilence: the silent partition that has confirmed nothing for longest.
  ///   - ask: whether its queue confirms through a new connection.
  ///   - stuck: called if it does and the old connection still does not.
  init(
    longestSilence: @escaping @Sendable () -> (partition: Partition, duration: Duration)?,
    ask: @escaping @Sendable (Partition) async -> Bool, stuck: @escaping @Sendable () -> Void
  ) {
    self.longestSilence = longestSilence
    self.ask = ask
    self.stuck = stuck
  }

  /// The same, looking once a second.
  convenience init(
    loop: any EventLoop, longestSilence: @escaping @Sendable () -> (partition: Partition, duration: Duration)?,
    ask: @escaping @Sendable (Partition) async -> Bool, stuck: @escaping @Sendable () -> Void
  ) {
    self.init(longestSilence: longestSilence, ask: ask, stuck: stuck)
    let task = loop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { [weak self] _ in
      guard let self else { return }
      Task { await self.look() }
    }
    check.withLock { $0 = task }
  }

  /// Probes if a partition has been silent for long and no probe is in progress.
  func look() async {
    guard let silence = longestSilence(), silence.duration >= Self.patience else { return }
    let mayAsk = isAsking.withLock { isAsking in
      defer { isAsking = true }
      return !isAsking
    }
    guard mayAsk else { return }
    let confirms = await ask(silence.partition)
    // It may have confirmed something meanwhile.
    if confirms, let now = longestSilence(), now.duration >= Self.patience, now.partition == silence.partition {
      stuck()
    }
    isAsking.withLock { $0 = false }
  }

  func end() { check.withLock { $0?.cancel() } }

  /// Whether a queue confirms a probe through a new connection, which is then closed.
  static func confirms(_ partition: Partition, options: AMQPOptions) async -> Bool {
    let (ready, becomes) = AsyncStream<Void>.makeStream()
    let connection = AMQPConnection(options: options) { notice in
      if case .connected = notice { becomes.yield() }
    }
    let limit = Task {
      try await Task.sleep(for: answerLimit)
      becomes.finish()
    }
    var isConnected = false
    for await _ in ready {
      isConnected = true
      break
    }
    limit.cancel()
    guard isConnected else {
      await connection.close()
      return false
    }
    let outcome = await connection.publish(AMQPCommandLog.probe(of: partition), timeout: answerLimit)
    await connection.close()
    return outcome == .confirmed
  }
}
