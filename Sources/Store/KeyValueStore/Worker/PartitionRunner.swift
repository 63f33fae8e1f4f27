/// Performs a `PartitionMachine`'s actions on the ports. One task for each partition calls `run`.
public struct PartitionRunner<C: Clock>: Sendable where C.Duration == Duration {
  /// Input from the channel.
  public enum Input: Sendable {
    case opened(generation: UInt64)
    case closed(generation: UInt64)
    case delivered([Delivery], generation: UInt64)
  }

  /// The dependencies of a runner.
  public struct Ports: Sendable {
    public let table: any Table
    public let cache: any Cache
    public let replies: any ReplySender
    public let deadLetters: any DeadLetters
    /// Acknowledges everything up to a tag on the channel of a generation; harmless when that channel is dead.
    public let acknowledge: @Sendable (_ upTo: UInt64, _ generation: UInt64) -> Void
    /// Called for each batch that was committed, and for each attempt that was not.
    public let observe: @Sendable (Observation) -> Void

    public init(
      table: any Table, cache: any Cache, replies: any ReplySender, deadLetters: any DeadLetters,
      acknowledge: @escaping @Sendable (_ upTo: UInt64, _ generation: UInt64) -> Void,
      observe: @escaping @Sendable (Observation) -> Void
    ) {
      self.table = table
      self.cache = cache
      self.replies = replies
      self.deadLetters = deadLetters
      self.acknowledge = acknowledge
      self.observe = observe
    }
  }

  /// Observations for logs and metrics.
  public enum Observation: Sendable {
    /// One result a command, in queue order.
    case committed([AppliedCommand])
    case notApplied(reason: String)
    case unknown(reason: String)
    case deadLetter(reason: String)
  }

  private let partition: Partition
  private let ports: Ports
  private let clock: C
  private let applyTimeout: Duration
  private let limits: PartitionMachine.Limits

  /// - Parameter applyTimeout: how long a batch may take before its outcome counts as unknown.
  public init(
    partition: Partition, ports: Ports, clock: C, applyTimeout: Duration = .seconds(10),
    limits: PartitionMachine.Limits = .init()
  ) {
    self.partition = partition
    self.ports = ports
    self.clock = clock
    self.applyTimeout = applyTimeout
    self.limits = limits
  }

  private enum Message: Sendable {
    case input([Input])
    case event(PartitionMachine.Event)
    case inputEnded
  }

  /// Runs until `next` returns nil and the current batch has ended. `next` waits for input and returns all of it.
  public func run(next: @escaping @Sendable () async -> [Input]?) async {
    var machine = PartitionMachine(limits: limits)
    var ended = false
    await withTaskGroup(of: Message.self) { group in
      group.addTask { await next().map(Message.input) ?? .inputEnded }
      while let message = await group.next() {
        var actions: [PartitionMachine.Action] = []
        switch message {
        case .inputEnded:
          ended = true
        case .input(let inputs):
          for input in inputs { actions += machine.handle(event(of: input)) }
          group.addTask { await next().map(Message.input) ?? .inputEnded }
        case .event(let event):
          actions = machine.handle(event)
        }
        for action in actions {
          switch action {
          case .acknowledge(let tag, let generation): ports.acknowledge(tag, generation)
          case .apply, .pause, .gather, .storeDeadLetters:
            // After the end nothing new starts: unacknowledged messages are delivered to another worker.
            if !ended { group.addTask { .event(await perform(action)) } }
          case .finish:
            group.addTask { .event(await perform(action)) }
          }
        }
        if ended, machine.isIdle { break }
      }
    }
  }

  private func event(of input: Input) -> PartitionMachine.Event {
    switch input {
    case .opened(let generation): .channelOpened(generation: generation)
    case .closed(let generation): .channelClosed(generation: generation)
    case .delivered(let deliveries, let generation): .delivered(deliveries, generation: generation)
    }
  }

  private func perform(_ action: PartitionMachine.Action) async -> PartitionMachine.Event {
    switch action {
    case .apply(let commands):
      let outcome = await ports.table.apply(commands, timeout: applyTimeout)
      switch outcome {
      case .committed(let results):
        ports.observe(.committed(results))
      case .notApplied(let reason): ports.observe(.notApplied(reason: reason))
      case .unknown(let reason): ports.observe(.unknown(reason: reason))
      }
      return .applied(outcome)
    case .storeDeadLetters(let letters):
      for letter in letters {
        ports.observe(.deadLetter(reason: letter.reason))
        guard await ports.deadLetters.store(letter.bytes, reason: letter.reason, from: partition) else {
          return .deadLettersStored(false)
        }
      }
      return .deadLettersStored(true)
    case .pause(let duration):
      // Jitter, so that the partitions do not all retry at once when the table fails.
      try? await clock.sleep(for: duration * Double.random(in: 0.5...1))
      return .pauseEnded
    case .gather(let duration, let number):
      try? await clock.sleep(for: duration)
      return .gathered(number)
    case .finish(let completion):
      await finish(completion)
      return .finished
    case .acknowledge:
      fatalError("an acknowledgement is performed at once, not as a task")
    }
  }

  /// Cache first, then replies: a client that knows of a commit then sees it in cached reads (if Redis answers).
  private func finish(_ completion: PartitionMachine.Completion) async {
    var rows = completion.rows
    var settled = completion.settled
    for key in completion.keysToReload {
      // Without an answer the cached row expires with its time to live; the queue must not wait for that. A pending
      // write must not be replaced by a row that is older than it.
      if let row = try? await ports.table.read(key, consistency: .plain, timeout: .seconds(1)) {
        rows.append(row)
      } else {
        settled[key] = nil
      }
    }
    var updates = rows.map { CacheUpdate(key: $0.key, row: $0, settled: settled.removeValue(forKey: $0.key) ?? []) }
    updates += settled.map { CacheUpdate(key: $0.key, row: nil, settled: $0.value) }
    if !updates.isEmpty { await ports.cache.update(updates) }
    for (address, replies) in Dictionary(grouping: completion.replies, by: \.address) {
      ports.replies.send(replies.map(\.reply), to: address)
    }
  }
}
