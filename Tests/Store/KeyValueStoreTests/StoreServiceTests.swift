import KeyValueStore
import Synchronization
import Testing

@Suite("The store's outcomes", .timeLimit(.minutes(10)))
struct StoreServiceTests {
  private let clock = ManualClock()
  private let table = FakeTable()
  private let cache = FakeCache()
  private let replies = ReplyRegistry()

  private func service(_ log: FakeLog) -> StoreService<ManualClock> {
    StoreService(log: log, table: table, cache: cache, replies: replies, clock: clock, wallClock: { 0 })
  }

  private func write(
    _ log: FakeLog, _ acknowledgement: StoreService<ManualClock>.Acknowledgement, operation: String = "op"
  ) async throws -> WriteOutcome {
    let service = service(log)
    let (key, value, id) = (try Key("k"), try Value("v"), try OperationID(operation))
    return await clock.run {
      await service.write(.put(value), key: key, operation: id, acknowledgement: acknowledgement)
    }
  }

  @Test func confirmedIsQueued() async throws {
    let log = FakeLog([.confirmed])
    #expect(try await write(log, .queued) == .queued)
    #expect(log.attempts == 1)
  }

  @Test func notSentIsTriedAgain() async throws {
    let log = FakeLog([.notSent(reason: "no connection"), .notSent(reason: "no connection"), .confirmed])
    #expect(try await write(log, .queued) == .queued)
    #expect(log.attempts == 3)
  }

  @Test func neverSentIsNotApplied() async throws {
    let outcome = try await write(FakeLog([.notSent(reason: "no connection")]), .queued)
    #expect(outcome == .notApplied(reason: "no connection"))
    // Within two seconds: no client waits long for brokers that accept nothing.
    #expect(clock.now.offset >= .milliseconds(1500) && clock.now.offset < .seconds(2))
  }

  /// Once an attempt is unknown, later failures cannot make it "not applied"; a confirmation settles it.
  @Test(
    arguments: [
      ([.unknown(reason: "lost"), .notSent(reason: "down")], WriteOutcome.unknown(reason: "lost")),
      ([.notSent(reason: "down"), .unknown(reason: "lost"), .notSent(reason: "down")], .unknown(reason: "lost")),
      ([.unknown(reason: "lost"), .confirmed], .queued),
    ] as [([PublishOutcome], WriteOutcome)])
  func unknownStays(_ script: [PublishOutcome], _ expected: WriteOutcome) async throws {
    #expect(try await write(FakeLog(script), .queued) == expected)
  }

  /// One attempt that left is unknown until the end of its time, not only until a refusal is due.
  @Test func anUnknownAttemptIsTriedUntilTheDeadline() async throws {
    let script: [PublishOutcome] = [.unknown(reason: "lost"), .notSent(reason: "down")]
    #expect(try await write(FakeLog(script), .queued) == .unknown(reason: "lost"))
    #expect(clock.now.offset >= .seconds(5))
  }

  /// Attempts that reached the brokers are repeated only as far as the budget goes; what never left costs nothing.
  @Test func retriesHaveABudget() async throws {
    var limits = RetryBudget<ManualClock>.Limits()
    (limits.share, limits.perSecond, limits.saved) = (0, 0, 2)
    let log = FakeLog([.unknown(reason: "lost")])
    let service = StoreService(
      log: log, table: table, cache: cache, replies: replies, clock: clock, retries: limits, wallClock: { 0 })
    let (key, id) = (try Key("k"), try OperationID("op"))
    for attempts in [3, 4, 5] {
      let outcome = await clock.run {
        await service.write(.delete, key: key, operation: id, acknowledgement: .queued)
      }
      #expect(outcome == .unknown(reason: "lost"))
      #expect(log.attempts == attempts)
    }
  }

  @Test func oneRetryKeepsTheOperation() async throws {
    let seen = Mutex<[OperationID]>([])
    let log = FakeLog([.unknown(reason: "lost"), .notSent(reason: "down"), .confirmed]) { command in
      seen.withLock { $0.append(command.operation) }
    }
    #expect(try await write(log, .queued) == .queued)
    #expect(seen.withLock { $0 } == Array(repeating: try OperationID("op"), count: 3))
  }

  @Test func oneWaiterTooManyIsRefusedBeforeItsCommandIsSent() async throws {
    let log = FakeLog([.confirmed])
    let full = ReplyRegistry(maximum: 1)
    let ticket = try #require(full.expect(try Self.command(Key("k"), operation: "other")))
    let service = StoreService(
      log: log, table: table, cache: cache, replies: full, clock: clock, wallClock: { 0 })
    let (key, id) = (try Key("k"), try OperationID("op"))
    let refused = await service.write(.delete, key: key, operation: id, acknowledgement: .committed)
    #expect(refused == .notApplied(reason: "too many writes wait for their commit"))
    #expect(log.attempts == 0)
    full.discard(ticket)
    full.discard(ticket)
    #expect(full.count == 0)
  }

  @Test func committedWaitsForTheReply() async throws {
    let replies = replies
    let log = FakeLog([.confirmed]) { command in
      Task { replies.deliver(Reply(to: command, .committed(version: 7))) }
    }
    #expect(try await write(log, .committed) == .committed(version: 7))
    #expect(replies.count == 0)
  }

  @Test func aReplyThatComesBeforeTheConfirmationCounts() async throws {
    let replies = replies
    let log = FakeLog([.unknown(reason: "lost"), .notSent(reason: "down")]) { command in
      replies.deliver(Reply(to: command, .committed(version: 2)))
    }
    #expect(try await write(log, .committed) == .committed(version: 2))
  }

  @Test func aLostReplyIsFoundInTheTable() async throws {
    let record = OperationRecord(operation: try OperationID("op"), key: try Key("k"), version: 9)
    table.state.withLock { $0.operations[record.operation] = record }
    #expect(try await write(FakeLog([.confirmed]), .committed) == .committed(version: 9))
    #expect(clock.now.offset < .seconds(3))
  }

  @Test func noReplyAndNoRecordIsUnknownAtTheDeadline() async throws {
    guard case .unknown = try await write(FakeLog([.confirmed]), .committed) else {
      Issue.record("a write without a known commit must be unknown")
      return
    }
    #expect(clock.now.offset >= .seconds(10) && clock.now.offset < .seconds(11))
    #expect(replies.count == 0)
  }

  @Test func anotherKeysOperationIsAConflict() async throws {
    let record = OperationRecord(operation: try OperationID("op"), key: try Key("other"), version: 1)
    table.state.withLock { $0.operations[record.operation] = record }
    #expect(try await write(FakeLog([.confirmed]), .committed) == .conflict)
  }

  private static func command(
    _ key: Key, _ value: String? = nil, _ condition: Command.Condition? = nil, operation: String = "op"
  ) throws -> Command {
    Command(
      operation: try OperationID(operation), key: key, effect: try value.map { .put(try Value($0)) } ?? .delete,
      condition: condition, acceptedAtMilliseconds: 0)
  }

  /// The record already has this write, or another write, or no fingerprint.
  @Test(
    arguments: [
      ("v", nil, true, .committed(version: 9)), ("other", nil, true, .conflict), (nil, nil, true, .conflict),
      ("v", .absent, true, .conflict), ("other", nil, false, .committed(version: 9)),
    ] as [(String?, Command.Condition?, Bool, WriteOutcome)])
  func aLostReplyIsThatOfTheSameWriteOnly(
    _ value: String?, _ condition: Command.Condition?, _ hasFingerprint: Bool, _ expected: WriteOutcome
  ) async throws {
    let first = try Self.command(try Key("k"), value, condition)
    let record = OperationRecord(
      operation: first.operation, key: first.key, version: 9, fingerprint: hasFingerprint ? first.fingerprint : nil)
    table.state.withLock { $0.operations[record.operation] = record }
    #expect(try await write(FakeLog([.confirmed]), .committed) == expected)
  }

  /// Two requests at one API with one id and two contents: the answer of the one is not the other's, whichever comes
  /// first.
  @Test(arguments: [false, true]) func aReplyIsForItsWriteOnly(conflictComesFirst: Bool) async throws {
    let replies = replies
    let other = try Self.command(try Key("k"), "other")
    let waiting = try #require(replies.expect(other))
    let log = FakeLog([.confirmed]) { command in
      let two = [Reply(to: command, .committed(version: 7)), Reply(to: other, .conflict)]
      for reply in conflictComesFirst ? two.reversed() : two { replies.deliver(reply) }
    }
    #expect(try await write(log, .committed) == .committed(version: 7))
    #expect(replies.arrived(waiting)?.result == .conflict)
  }

  @Test func aMissIsReadFromTheTableAndCached() async throws {
    let row = Row(key: try Key("k"), value: try Value("v"), version: 3, operation: try OperationID("op"))
    table.state.withLock { $0.rows[row.key] = row }
    let service = service(FakeLog([.confirmed]))
    #expect(await service.readCached(row.key) == .row(row))
    #expect(await cache.get(row.key).row == row)
  }

  @Test func aTombstoneInTheCacheIsAnAnswer() async throws {
    let row = Row(key: try Key("k"), value: nil, version: 4, operation: try OperationID("op"))
    await cache.put(row)
    table.state.withLock { $0.isDown = true }
    #expect(await service(FakeLog([.confirmed])).readCached(row.key) == .row(row))
  }

  @Test func aGoneCacheChangesNoAnswer() async throws {
    let row = Row(key: try Key("k"), value: try Value("v"), version: 3, operation: try OperationID("op"))
    table.state.withLock { $0.rows[row.key] = row }
    cache.isDown = true
    #expect(await service(FakeLog([.confirmed])).readCached(row.key) == .row(row))
  }

  @Test func aReadWithoutATableIsUnavailable() async throws {
    table.state.withLock { $0.isDown = true }
    #expect(await service(FakeLog([.confirmed])).readLinearizable(try Key("k")) == .unavailable(reason: "down"))
  }

  @Test func aRefusalIsAnAnswer() async throws {
    let replies = replies
    let log = FakeLog([.confirmed]) { command in
      replies.deliver(Reply(to: command, .refused(version: 4)))
    }
    #expect(try await write(log, .committed) == .refused(version: 4))
  }

  @Test func aRefusalWhoseReplyIsLostIsFoundInTheTable() async throws {
    let record = OperationRecord(operation: try OperationID("op"), key: try Key("k"), version: 9, isApplied: false)
    table.state.withLock { $0.operations[record.operation] = record }
    #expect(try await write(FakeLog([.confirmed]), .committed) == .refused(version: 9))
  }

  @Test func aPageTellsWhetherThereIsMore() async throws {
    for name in ["a", "b", "c"] {
      let row = Row(
        key: try Key(name), value: name == "b" ? nil : try Value("v"), version: 1, operation: try OperationID("op"))
      table.state.withLock { $0.rows[row.key] = row }
    }
    let service = service(FakeLog([.confirmed]))
    let all = KeyRange(prefix: [], after: [])
    // The deleted one in the middle is no key.
    #expect(await service.list(all, limit: 1) == .page([try Key("a")], hasMore: true))
    #expect(await service.list(all, limit: 2) == .page([try Key("a"), try Key("c")], hasMore: false))
    table.state.withLock { $0.isDown = true }
    #expect(await service.list(all, limit: 2) == .unavailable(reason: "down"))
  }
}
