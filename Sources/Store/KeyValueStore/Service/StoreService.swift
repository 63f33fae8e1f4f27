/// The store as an API offers it: writes through the log, reads from the cache and the table, each within its deadline.
///
/// Generic over the clock, so that tests and simulations run it in virtual time.
public struct StoreService<C: Clock>: Sendable where C.Duration == Duration {
  private let log: any CommandLog
  let table: any Table
  let cache: any Cache
  private let replies: ReplyRegistry
  private let retries: RetryBudget<C>
  let clock: C
  let timeouts: StoreTimeouts
  /// Milliseconds since 1970.
  let wallClock: @Sendable () -> Int64

  public init(
    log: any CommandLog, table: any Table, cache: any Cache, replies: ReplyRegistry, clock: C,
    timeouts: StoreTimeouts = StoreTimeouts(), retries: RetryBudget<C>.Limits = .init(),
    wallClock: @escaping @Sendable () -> Int64
  ) {
    self.log = log
    self.table = table
    self.cache = cache
    self.replies = replies
    self.retries = RetryBudget(clock: clock, limits: retries)
    self.clock = clock
    self.timeouts = timeouts
    self.wallClock = wallClock
  }

  /// When a write is answered.
  public enum Acknowledgement: String, Sendable, Hashable, CaseIterable {
    case queued
    case committed
  }

  /// Writes `effect` to `key`; retrying the same write with the same `operation` is safe. Another write with it has no
  /// effect, of which only a write that waits for its commit is told: the table alone knows which of the two came
  /// first.
  ///
  /// - Parameters:
  ///   - condition: whether it holds only the table can tell: with `queued` nobody would hear of a refusal, so
  ///     there must be none.
  ///   - madeAtMilliseconds: when the operation id was made, where that is known (`PendingWrite`).
  public func write(
    _ effect: Command.Effect, key: Key, condition: Command.Condition? = nil, operation: OperationID,
    madeAtMilliseconds: Int64? = nil, acknowledgement: Acknowledgement
  ) async -> WriteOutcome {
    precondition(condition == nil || acknowledgement == .committed, "a condition on a write that is only queued")
    let command = Command(
      operation: operation, key: key, effect: effect, condition: condition, acceptedAtMilliseconds: wallClock())
    switch acknowledgement {
    case .queued:
      let outcome = await publish(command, wantsReply: false, until: clock.now.advanced(by: timeouts.queued))
      // Before the answer, so that a client that has it reads its write. Not before the confirmation, since a refused
      // write must show nowhere.
      if outcome == .queued {
        let write = PendingWrite(
          key: key, value: command.value, operation: operation, madeAtMilliseconds: madeAtMilliseconds)
        if await !cache.announce(write) { await waitUnannounced(command) }
      }
      return outcome
    case .committed:
      let deadline = clock.now.advanced(by: timeouts.committed)
      guard let ticket = replies.expect(command) else {
        return .notApplied(reason: "too many writes wait for their commit")
      }
      defer { replies.discard(ticket) }
      let published = await publish(command, wantsReply: true, until: deadline)
      // A reply proves the commit, whatever became of the confirmation.
      if let reply = replies.arrived(ticket) { return outcome(of: reply) }
      switch published {
      case .queued: return await commit(of: command, ticket: ticket, until: deadline)
      case .notApplied, .unknown: return published
      case .committed, .refused, .conflict: fatalError("publishing alone cannot commit")
      }
    }
  }

  /// Publishes until confirmed or late. Every attempt carries the same operation id, so an attempt after an unknown one
  /// cannot apply the write twice, and its confirmation is as good as the first one's would have been. Once an attempt
  /// is unknown, "not applied" can never be said again; until then it is said soon.
  private func publish(_ command: Command, wantsReply: Bool, until deadline: C.Instant) async -> WriteOutcome {
    var pause = timeouts.publishPause
    var unknownReason: String?
    var lastReason = "the command log did not answer in time"
    let refusal = min(clock.now.advanced(by: timeouts.refusal), deadline)
    retries.deposit()
    while !Task.isCancelled {
      let now = clock.now
      let sendWithin = now.duration(to: unknownReason == nil ? refusal : deadline)
      guard sendWithin > .zero else { break }
      switch await log.publish(
        command, wantsReply: wantsReply, sendWithin: sendWithin, timeout: now.duration(to: deadline))
      {
      case .confirmed: return .queued
      // What did not leave this process has cost the brokers nothing: trying it again is free.
      case .notSent(let reason): lastReason = reason
      case .unknown(let reason):
        unknownReason = reason
        guard retries.withdraw() else { return .unknown(reason: reason) }
      }
      let rest = clock.now.duration(to: unknownReason == nil ? refusal : deadline)
      guard rest > .zero else { break }
      try? await clock.sleep(for: min(pause * Double.random(in: 0.5...1), rest))
      pause = min(pause * 2, timeouts.publishPauseMaximum)
    }
    if let unknownReason { return .unknown(reason: unknownReason) }
    return .notApplied(reason: lastReason)
  }

  /// Without the cache, reads come from the table: the acknowledgement waits a short time for the write to be there.
  private func waitUnannounced(_ command: Command) async {
    let deadline = clock.now.advanced(by: timeouts.unannounced)
    var pause = timeouts.settledPause
    while !Task.isCancelled {
      try? await clock.sleep(for: min(pause, clock.now.duration(to: deadline)))
      pause = min(pause * 2, timeouts.settledPauseMaximum)
      let left = clock.now.duration(to: deadline)
      guard left > .zero else { return }
      do {
        guard let record = try await table.operation(command.operation, timeout: left) else { continue }
        // The worker could not tell the cache either, whose replica may have an older row when it takes over.
        if record.isRecord(of: command), record.isApplied {
          let row = Row(
            key: command.key, value: command.value, version: record.version, operation: command.operation)
          await cache.update([CacheUpdate(key: command.key, row: row)])
        }
        return
      } catch {
        // No read would be answered either.
        return
      }
    }
  }

  /// Waits for the worker's reply, asking the table from time to time in case the reply is lost.
  private func commit(of command: Command, ticket: ReplyRegistry.Ticket, until deadline: C.Instant) async
    -> WriteOutcome
  {
    let found = await withTaskGroup(of: WriteOutcome?.self) { group in
      group.addTask { await replies.wait(ticket).map(outcome(of:)) }
      group.addTask { await lookUp(command, until: deadline) }
      // The first task that ends decides: a reply, a record, or (from the look-up) the deadline.
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    return found ?? .unknown(reason: "queued, but no worker has reported the commit in time")
  }

  private func lookUp(_ command: Command, until deadline: C.Instant) async -> WriteOutcome? {
    while !Task.isCancelled {
      let left = clock.now.duration(to: deadline)
      guard left > .zero else { return nil }
      try? await clock.sleep(for: min(timeouts.lookUpAfter, left))
      if Task.isCancelled { return nil }
      let rest = clock.now.duration(to: deadline)
      guard rest > .zero else { return nil }
      if let record = try? await table.operation(command.operation, timeout: min(rest, timeouts.read)) {
        guard record.isRecord(of: command) else { return .conflict }
        return record.isApplied ? .committed(version: record.version) : .refused(version: record.version)
      }
    }
    return nil
  }

  private func outcome(of reply: Reply) -> WriteOutcome {
    switch reply.result {
    case .committed(let version): .committed(version: version)
    case .refused(let version): .refused(version: version)
    case .conflict: .conflict
    }
  }

  /// The first `limit` keys of `range` that have a value.
  public func list(_ range: KeyRange, limit: Int) async -> ListOutcome {
    do {
      // One more than asked for tells whether there are more.
      let keys = try await table.keys(in: range, limit: limit + 1, timeout: timeouts.read)
      return .page(Array(keys.prefix(limit)), hasMore: keys.count > limit)
    } catch {
      return .unavailable(reason: error.reason)
    }
  }

  /// Whether `operation` took effect; linearizable.
  public func status(of operation: OperationID) async -> OperationOutcome {
    do {
      guard let record = try await table.operation(operation, timeout: timeouts.read) else { return .notYet }
      return .recorded(record)
    } catch {
      return .unavailable(reason: error.reason)
    }
  }
}
