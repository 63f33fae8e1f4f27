import KeyValueStore
import Testing

/// Reads of what is acknowledged and not applied yet.
@Suite("Reads of pending writes", .timeLimit(.minutes(10)))
struct PendingReadTests {
  private let clock = ManualClock()
  private let table = FakeTable()
  private let cache = FakeCache()
  private let key: Key
  private let operation: OperationID

  init() throws {
    key = try Key("k")
    operation = try OperationID("op")
  }

  private func service(_ log: FakeLog = FakeLog([.confirmed])) -> StoreService<ManualClock> {
    StoreService(
      log: log, table: table, cache: cache, replies: ReplyRegistry(), clock: clock,
      wallClock: { 1_000_000 })
  }

  private func row(_ version: Int64, operation: String = "earlier") throws -> Row {
    Row(key: key, value: try Value("old"), version: version, operation: try OperationID(operation))
  }

  private func record(_ version: Int64, key: Key? = nil) -> OperationRecord {
    OperationRecord(operation: operation, key: key ?? self.key, version: version)
  }

  private func pending(made: Int64?, value: String? = "new") throws -> PendingWrite {
    PendingWrite(
      key: key, value: try value.map { text throws(StoreError) in try Value(text) }, operation: operation,
      madeAtMilliseconds: made)
  }

  // MARK: Writes

  @Test(arguments: [Command.Effect.delete, .put(try! Value("v"))])
  func aQueuedWriteIsShownBeforeItsAcknowledgement(_ effect: Command.Effect) async throws {
    let outcome = await service().write(
      effect, key: key, operation: operation, madeAtMilliseconds: 999_999, acknowledgement: .queued)
    #expect(outcome == .queued)
    let shown = await cache.get(key).pending
    #expect(shown?.operation == operation && shown?.madeAtMilliseconds == 999_999)
    #expect((shown?.value == nil) == (effect == .delete))
    #expect(await cache.get(key).row == nil)
  }

  /// Otherwise a client would read a write that is never applied.
  @Test(arguments: [PublishOutcome.notSent(reason: "down"), .unknown(reason: "lost")])
  func whatIsNotConfirmedIsShownNowhere(_ outcome: PublishOutcome) async throws {
    let service = service(FakeLog([outcome]))
    let result = await clock.run {
      await service.write(.delete, key: key, operation: operation, acknowledgement: .queued)
    }
    #expect(result != .queued)
    #expect(await cache.get(key) == .nothing)
  }

  /// A condition may turn out not to hold.
  @Test func aWriteThatWaitsForItsCommitIsNotShown() async throws {
    let replies = ReplyRegistry()
    let log = FakeLog([.confirmed]) {
      replies.deliver(Reply(to: $0, .refused(version: 4)))
    }
    let service = StoreService(
      log: log, table: table, cache: cache, replies: replies, clock: clock, wallClock: { 0 })
    let outcome = await service.write(
      .delete, key: key, condition: .version(3), operation: operation, acknowledgement: .committed)
    #expect(outcome == .refused(version: 4))
    #expect(await cache.get(key) == .nothing)
  }

  /// Reads come from the table then: the acknowledgement waits until it has the write.
  @Test func withoutACacheTheAcknowledgementWaitsForTheCommit() async throws {
    cache.isDown = true
    let (service, key, operation) = (service(), key, operation)
    table.state.withLock { $0.operations[operation] = record(1) }
    let outcome = await clock.run {
      await service.write(.delete, key: key, operation: operation, acknowledgement: .queued)
    }
    #expect(outcome == .queued)
    // It waited, but not for long: the first look found the record.
    #expect(clock.now.offset > .zero && clock.now.offset < .milliseconds(500))
  }

  /// The log has it: a commit that does not come, and a table that does not answer, hold nothing up for long.
  @Test(arguments: [true, false])
  func withoutACacheTheAcknowledgementWaitsAShortTime(_ isTableThere: Bool) async throws {
    cache.isDown = true
    table.state.withLock { $0.isDown = !isTableThere }
    let (service, key, operation) = (service(), key, operation)
    let outcome = await clock.run {
      await service.write(.delete, key: key, operation: operation, acknowledgement: .queued)
    }
    #expect(outcome == .queued)
    #expect(clock.now.offset <= .seconds(1) && (clock.now.offset < .milliseconds(500)) == !isTableThere)
  }

  // MARK: Reads

  @Test func aYoungOneIsShownWithoutAQuestion() async throws {
    await cache.put(try row(3))
    await cache.announce(try pending(made: 999_000))
    table.state.withLock { $0.isDown = true }
    #expect(await service().readCached(key) == .pending(try pending(made: 999_000)))
  }

  @Test func aPendingDeleteIsShownToo() async throws {
    await cache.put(try row(3))
    await cache.announce(try pending(made: 1_000_000, value: nil))
    guard case .pending(let write) = await service().readCached(key) else {
      Issue.record("not pending")
      return
    }
    #expect(write.value == nil)
  }

  /// A client's own id, or one that was made long ago, may have been applied and replaced before.
  @Test(arguments: [nil, 997_000, 1_003_000, 0, Int64.min, Int64.max])
  func anotherIsShownOnlyIfTheRecordLacksIt(_ made: Int64?) async throws {
    let write = try pending(made: made)
    await cache.announce(write)
    #expect(await service().readCached(key) == .pending(write))
    let newest = try row(9, operation: "newest")
    table.state.withLock {
      $0.operations[operation] = record(5)
      $0.rows[key] = newest
    }
    #expect(await service().readCached(key) == .row(newest))
    // And is forgotten.
    #expect(await cache.get(key) == CacheEntry(row: newest, pending: nil))
  }

  @Test func theRowAnswersWhereItIsNewEnough() async throws {
    let newer = try row(5, operation: "newer")
    await cache.put(newer)
    await cache.announce(try pending(made: nil))
    table.state.withLock { $0.operations[operation] = record(5) }
    #expect(await service().readCached(key) == .row(newer))
    #expect(await cache.get(key).pending == nil)
  }

  /// The id of a write to another key: this one never takes effect.
  @Test func aConflictIsNotShown() async throws {
    await cache.put(try row(1))
    await cache.announce(try pending(made: nil))
    let other = try Key("other")
    table.state.withLock { $0.operations[operation] = record(5, key: other) }
    #expect(await service().readCached(key) == .row(try row(1)))
  }

  @Test func withoutATableTheRowAnswers() async throws {
    table.state.withLock { $0.isDown = true }
    await cache.announce(try pending(made: nil))
    #expect(await service().readCached(key) == .unavailable(reason: "down"))
    await cache.put(try row(3))
    #expect(await service().readCached(key) == .row(try row(3)))
  }

  /// The worker was faster than the announcement.
  @Test func whatTheRowHasAlreadyIsNotPending() async throws {
    let applied = try row(4, operation: "op")
    await cache.announce(try pending(made: 1_000_000))
    await cache.put(applied)
    #expect(await service().readCached(key) == .row(applied))
  }

  /// A source that may lack what is newer: its row is none, and what is pending must be asked about.
  @Test func ofADoubtedEntryNothingIsTrusted() throws {
    let write = try pending(made: 1_000_000)
    #expect(
      CacheEntry(row: try row(3), pending: write).doubted == CacheEntry(row: nil, pending: try pending(made: nil)))
    #expect(CacheEntry.nothing.doubted == .nothing)
  }

  // MARK: Reads after an operation

  @Test func aReadWaitsForTheOperationThatItNames() async throws {
    await cache.put(try row(3))
    let (table, cache) = (table, cache)
    let applied = Row(key: key, value: try Value("new"), version: 4, operation: operation)
    let service = service()
    let (key, operation, clock) = (key, operation, clock)
    let answer = await clock.run {
      async let late: Void = {
        try? await clock.sleep(for: .milliseconds(300))
        table.state.withLock {
          $0.rows[key] = applied
          $0.operations[operation] = OperationRecord(operation: operation, key: key, version: 4)
        }
      }()
      let answer = await service.read(key, after: operation, consistency: .plain)
      await late
      return answer
    }
    // The cache had an older row.
    #expect(answer == .row(applied))
    #expect(clock.now.offset >= .milliseconds(300) && clock.now.offset < .seconds(1))
    #expect(await cache.get(key).row == applied)
  }

  @Test func theCacheTellsToo() async throws {
    table.state.withLock { $0.isDown = true }
    await cache.put(try row(4, operation: "op"))
    let answer = await service().read(key, after: operation, consistency: .plain)
    #expect(answer == .row(try row(4, operation: "op")))
  }

  /// A pending write is what the read waits for, never its answer.
  @Test func aPendingWriteIsNoAnswer() async throws {
    await cache.announce(try pending(made: 1_000_000))
    let (service, key, operation) = (service(), key, operation)
    let answer = await clock.run { await service.read(key, after: operation, consistency: .plain) }
    #expect(answer == .notSettled)
    #expect(clock.now.offset >= .seconds(5) && clock.now.offset < .seconds(6))
  }

  @Test func aTableThatIsAwayIsNoAnswer() async throws {
    table.state.withLock { $0.isDown = true }
    let (service, key, operation) = (service(), key, operation)
    let answer = await clock.run { await service.read(key, after: operation, consistency: .linearizable) }
    #expect(answer == .unavailable(reason: "down"))
  }

  @Test func anotherKeysOperationIsSaid() async throws {
    let other = try Key("other")
    table.state.withLock { $0.operations[operation] = record(5, key: other) }
    #expect(await service().read(key, after: operation, consistency: .plain) == .otherKey)
  }

  /// A refusal settles an operation as well: the key was never written.
  @Test func aRefusedOperationIsSettled() async throws {
    table.state.withLock { $0.operations[operation] = record(0) }
    #expect(await service().read(key, after: operation, consistency: .plain) == .absent)
  }
}
