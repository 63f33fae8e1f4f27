/// One partition's worker as a pure state machine: events in, actions out, no clock and no network.
///
/// Invariants: a batch contains queued commands in queue order. It is acknowledged only after its commit, and only on
/// the channel that delivered it. After a commit of unknown outcome, the machine applies the same batch again.
public struct PartitionMachine: Sendable {
  /// The limits of one transaction.
  public struct Limits: Sendable, Hashable {
    public var commands = 512
    public var bytes = 4 << 20
    /// How long a batch waits for more commands if no client waits for its commit, because a transaction costs the same
    /// for one command as for many. Zero: not at all.
    public var gathering: Duration = .milliseconds(30)
    /// The pause before a batch is retried, doubled up to the maximum.
    public var retryPause: Duration = .milliseconds(50)
    public var retryPauseMaximum: Duration = .milliseconds(500)

    public init() {}
  }

  /// What happened.
  public enum Event: Sendable {
    /// A new channel; everything unacknowledged will be delivered again on it.
    case channelOpened(generation: UInt64)
    case channelClosed(generation: UInt64)
    case delivered([Delivery], generation: UInt64)
    /// The end of an `apply`.
    case applied(ApplyOutcome)
    /// The end of a `storeDeadLetters`: whether all of them are safe.
    case deadLettersStored(Bool)
    /// The end of a `pause`.
    case pauseEnded
    /// The end of the `gather` with this number.
    case gathered(UInt64)
    /// The end of a `finish`.
    case finished
  }

  /// What the runner must do; each batch action ends with one event.
  public enum Action: Sendable, Hashable {
    case apply([Command])
    case storeDeadLetters([DeadLetter])
    case pause(Duration)
    /// Report `gathered` later; unlike a batch action, it may become obsolete.
    case gather(Duration, UInt64)
    /// Refresh the cache, then reply: the state in the table has become this.
    case finish(Completion)
    case acknowledge(upTo: UInt64, generation: UInt64)
  }

  /// A message that cannot be decoded.
  public struct DeadLetter: Sendable, Hashable {
    public let bytes: [UInt8]
    public let reason: String
  }

  /// The work that remains after a batch is committed.
  public struct Completion: Sendable, Hashable {
    /// The newest rows that this batch wrote.
    public let rows: [Row]
    /// Keys of redelivered operations: the worker that applied them may have died before it refreshed the cache.
    public let keysToReload: [Key]
    /// Settled operations that the cache may still hold as pending, regardless of their outcome.
    public let settled: [Key: [OperationID]]
    public let replies: [AddressedReply]
  }

  /// A reply and where it goes.
  public struct AddressedReply: Sendable, Hashable {
    public let reply: Reply
    public let address: String
  }

  private struct Batch: Sendable {
    let deliveries: [Delivery]
    let generation: UInt64
    let commands: [Command]
    let deadLetters: [DeadLetter]
    var attempt = 0

    init(deliveries: [Delivery], generation: UInt64) {
      self.deliveries = deliveries
      self.generation = generation
      commands = deliveries.flatMap { $0.entries.map(\.command) }
      deadLetters = deliveries.compactMap {
        if case .undecodable(let bytes, let reason) = $0.content {
          DeadLetter(bytes: bytes, reason: reason)
        } else {
          nil
        }
      }
    }
  }

  private enum State: Sendable {
    case idle
    /// There are deliveries, which wait for more until the `gather` with this number ends.
    case gathering(UInt64)
    case applying(Batch)
    case finishing(Batch)
    case storingDeadLetters(Batch)
    case pausing(Batch, then: Step)
  }

  private enum Step: Sendable { case apply, storeDeadLetters }

  private let limits: Limits
  private var state: State = .idle
  private var generation: UInt64?
  private var queued: [Delivery] = []
  private var gatherings: UInt64 = 0

  public init(limits: Limits = Limits()) { self.limits = limits }

  /// True if no batch is in progress.
  public var isIdle: Bool {
    switch state {
    case .idle, .gathering: true
    case .applying, .finishing, .storingDeadLetters, .pausing: false
    }
  }

  /// Handles one event and returns the next actions.
  public mutating func handle(_ event: Event) -> [Action] {
    switch event {
    case .channelOpened(let opened):
      generation = opened
      dropQueued()
      return []
    case .channelClosed(let closed):
      guard generation == closed else { return [] }
      generation = nil
      dropQueued()
      return []
    case .delivered(let deliveries, let from):
      // A late delivery of a dead channel is delivered again on the next one.
      guard generation == from else { return [] }
      queued += deliveries
      return startIfIdle()
    case .gathered(let number):
      guard case .gathering(number) = state else { return [] }
      state = .idle
      return startBatch()
    case .applied(let outcome):
      return applied(outcome)
    case .deadLettersStored(let all):
      guard case .storingDeadLetters(let batch) = state else { fatalError("dead letters stored in state \(state)") }
      return all ? complete(batch) : retry(batch, then: .storeDeadLetters)
    case .pauseEnded:
      guard case .pausing(let batch, let step) = state else { fatalError("a pause ended in state \(state)") }
      // A dead channel's batch needs no further work: it will be delivered again, here or elsewhere.
      guard generation == batch.generation else {
        state = .idle
        return startIfIdle()
      }
      return start(step, batch)
    case .finished:
      guard case .finishing(let batch) = state else { fatalError("a batch finished in state \(state)") }
      return batch.deadLetters.isEmpty ? complete(batch) : start(.storeDeadLetters, batch)
    }
  }

  /// Deliveries of a dead channel are delivered again on the next one.
  private mutating func dropQueued() {
    queued = []
    if case .gathering = state { state = .idle }
  }

  /// Starts a batch if there are deliveries: at once if the batch is full or a client waits for it, otherwise after
  /// gathering.
  private mutating func startIfIdle() -> [Action] {
    guard isIdle, generation != nil, !queued.isEmpty else { return [] }
    if limits.gathering == .zero || queued.contains(where: \.isUrgent) || isFull { return startBatch() }
    if case .gathering = state { return [] }
    gatherings += 1
    state = .gathering(gatherings)
    return [.gather(limits.gathering, gatherings)]
  }

  private var isFull: Bool {
    var (commands, bytes) = (0, 0)
    for delivery in queued {
      commands += delivery.entries.count
      bytes += delivery.weightBytes
      if commands >= limits.commands || bytes >= limits.bytes { return true }
    }
    return false
  }

  /// A batch takes whole messages: at least one, and as many as the limits allow.
  private mutating func startBatch() -> [Action] {
    guard let generation, !queued.isEmpty else { return [] }
    var (count, commands, bytes) = (0, 0, 0)
    for delivery in queued {
      commands += delivery.entries.count
      bytes += delivery.weightBytes
      if count > 0, commands > limits.commands || bytes > limits.bytes { break }
      count += 1
    }
    let batch = Batch(deliveries: Array(queued.prefix(count)), generation: generation)
    queued.removeFirst(count)
    // Messages without a command, which only probe the log, need no storing either.
    return start(batch.commands.isEmpty ? .storeDeadLetters : .apply, batch)
  }

  private mutating func start(_ step: Step, _ batch: Batch) -> [Action] {
    switch step {
    case .apply:
      state = .applying(batch)
      return [.apply(batch.commands)]
    case .storeDeadLetters:
      state = .storingDeadLetters(batch)
      return [.storeDeadLetters(batch.deadLetters)]
    }
  }

  private mutating func applied(_ outcome: ApplyOutcome) -> [Action] {
    guard case .applying(let batch) = state else { fatalError("a batch was applied in state \(state)") }
    switch outcome {
    case .committed(let results):
      state = .finishing(batch)
      return [.finish(completion(of: batch, results))]
    case .notApplied, .unknown:
      return retry(batch, then: .apply)
    }
  }

  private mutating func retry(_ batch: Batch, then step: Step) -> [Action] {
    var batch = batch
    let pause = min(limits.retryPause * (1 << min(batch.attempt, 10)), limits.retryPauseMaximum)
    batch.attempt += 1
    state = .pausing(batch, then: step)
    return [.pause(pause)]
  }

  private mutating func complete(_ batch: Batch) -> [Action] {
    state = .idle
    guard generation == batch.generation, let last = batch.deliveries.last else { return startIfIdle() }
    return [.acknowledge(upTo: last.tag, generation: batch.generation)] + startIfIdle()
  }

  private func completion(of batch: Batch, _ results: [AppliedCommand]) -> Completion {
    var rows: [Key: Row] = [:]
    var reload: Set<Key> = []
    var settled: [Key: [OperationID]] = [:]
    var replies: [AddressedReply] = []
    var index = 0
    for delivery in batch.deliveries {
      for entry in delivery.entries {
        let command = entry.command
        let result = results[index]
        index += 1
        switch result.disposition {
        case .applied:
          rows[command.key] = Row(
            key: command.key, value: command.value, version: result.version, operation: command.operation)
        case .duplicate: reload.insert(command.key)
        case .refused, .conflict: break
        }
        // A write whose client waits for the commit is never pending in the cache.
        if !entry.wantsReply { settled[command.key, default: []].append(command.operation) }
        guard entry.wantsReply, let address = delivery.replyAddress else { continue }
        replies.append(AddressedReply(reply: Reply(to: command, result.answer), address: address))
      }
    }
    // A key written in this batch is newer in the table than anything a reload could find.
    reload.subtract(rows.keys)
    return Completion(rows: Array(rows.values), keysToReload: Array(reload), settled: settled, replies: replies)
  }
}

extension AppliedCommand {
  /// The reply to an API that waits.
  fileprivate var answer: Reply.Result {
    switch disposition {
    case .applied, .duplicate: .committed(version: version)
    case .refused: .refused(version: version)
    case .conflict: .conflict
    }
  }
}
