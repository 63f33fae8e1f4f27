/// One partition's worker as a pure state machine: events in, actions out, no clock and no network.
///
/// It holds to this: a batch is what was queued, in queue order; it is acknowledged only after its commit, and only on
/// the channel that delivered it; an unknown commit is answered by applying the very same batch again.
public struct PartitionMachine: Sendable {
  /// The most that one transaction takes.
  public struct Limits: Sendable, Hashable {
    public var commands = 512
    public var bytes = 4 << 20
    /// How long a batch waits for company when nobody waits for its commit: a transaction costs the same for one
    /// command as for many. Zero: not at all.
    public var gathering: Duration = .milliseconds(30)
    /// The pause before a batch is tried again, doubled up to the maximum.
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

  /// What to do; each batch action ends with one event.
  public enum Action: Sendable, Hashable {
    case apply([Command])
    case storeDeadLetters([DeadLetter])
    case pause(Duration)
    /// Come back with `gathered`; unlike a batch action it may be overtaken.
    case gather(Duration, UInt64)
    /// Refresh the cache, then reply: the state in the table has become this.
    case finish(Completion)
    case acknowledge(upTo: UInt64, generation: UInt64)
  }

  /// A message that nothing can read.
  public struct DeadLetter: Sendable, Hashable {
    public let bytes: [UInt8]
    public let reason: String
  }

  /// What a committed batch leaves to do.
  public struct Completion: Sendable, Hashable {
    /// The newest rows that this batch wrote.
    public let rows: [Row]
    /// Keys of redelivered operations: who applied them may have died before the cache was refreshed.
    public let keysToReload: [Key]
    /// Operations that the cache may show as pending, and that are not pending any more, whatever became of them.
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
    /// Deliveries are there and wait for more, until the `gather` with this number ends.
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

  /// True when no batch is under way.
  public var isIdle: Bool {
    switch state {
    case .idle, .gathering: true
    case .applying, .finishing, .storingDeadLetters, .pausing: false
    }
  }

  /// Takes one event and says what to do next.
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
      // A late delivery of a dead channel comes again on the next one.
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
      // Nothing of a dead channel's batch needs doing: it will be delivered again, here or elsewhere.
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

  /// What a dead channel delivered comes again on the next one.
  private mutating func dropQueued() {
    queued = []
    if case .gathering = state { state = .idle }
  }

  /// Starts a batch if there is one to start: at once if it is full or somebody waits for it, else after gathering.
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

  /// A batch takes whole messages, one at least, and as many as the limits let.
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
    // Messages without a command, which ask whether the log takes messages, leave nothing to store either.
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
        // A write whose commit is waited for is not shown before.
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
  /// What an API that waits is told.
  fileprivate var answer: Reply.Result {
    switch disposition {
    case .applied, .duplicate: .committed(version: version)
    case .refused: .refused(version: version)
    case .conflict: .conflict
    }
  }
}
