import Dispatch
import KeyValueStore
import SQLClient
import Synchronization
import Testing

@testable import StoreBackends

@Suite("What a batch's transaction came to", .timeLimit(.minutes(10)))
struct SQLTableTests {
  private static let limit = Duration.seconds(300)

  /// A table on a server that answers each COMMIT as the script says, and everything else with success.
  private static func table(commits: [ScriptedPostgres.Answer]) -> (SQLTable, ScriptedPostgres) {
    let script = Mutex(commits)
    let server = ScriptedPostgres { statements in
      guard statements.last == "COMMIT" else { return .complete }
      return script.withLock { $0.isEmpty ? .complete : $0.removeFirst() }
    }
    return (SQLTable(pool: SQLPool(options: server.options(), size: 1), flavour: .patroni), server)
  }

  private static func commands() throws -> [Command] {
    [
      Command(
        operation: try OperationID("op"), key: try Key("k"), effect: .put(try Value("v")), acceptedAtMilliseconds: 0)
    ]
  }

  /// The COMMIT was sent, and what came back says nothing about it, or only seems to.
  @Test(arguments: [
    ScriptedPostgres.Answer.hangUp, .error("40003"), .error("08007"), .error("57P01"), .error("XX000"),
    .warning("canceling wait for synchronous replication due to user request"),
  ])
  func anUnknownCommitIsNeverAFailure(_ answer: ScriptedPostgres.Answer) async throws {
    let (table, server) = Self.table(commits: [answer])
    let outcome = await table.apply(try Self.commands(), timeout: Self.limit)
    guard case .unknown = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(server.seen.count { $0.last == "COMMIT" } == 1)
    // The connection that cannot be trusted is not used again, and the next attempt works.
    guard case .committed = await table.apply(try Self.commands(), timeout: Self.limit) else {
      Issue.record("the second attempt was not committed")
      return
    }
  }

  @Test func aCommitThatIsNotAnsweredInTimeIsUnknown() async throws {
    let (table, server) = Self.table(commits: [.silence])
    let outcome = await table.apply(try Self.commands(), timeout: .seconds(2))
    #expect(server.seen.count { $0.last == "COMMIT" } == 1)
    guard case .unknown = outcome else {
      Issue.record("\(outcome)")
      return
    }
  }

  /// The password does not follow either.
  @Test func aServerThatCannotEncryptIsRefusedWhereEncryptionIsAskedFor() async throws {
    let server = ScriptedPostgres { _ in .complete }
    var options = server.options()
    options.requiresTLS = true
    let connection = SQLConnection(options: options)
    await #expect(throws: SQLError.self) {
      _ = try await connection.run([SQLStatement("SELECT 1")], commits: false, deadline: .now + Self.limit)
    }
    #expect(server.seen.isEmpty)
  }

  /// Rolled back by definition: tried again at once, with pauses that grow.
  @Test(arguments: ["40001", "40P01", "23505"])
  func conflictsAreTriedAgain(_ state: String) async throws {
    let (table, server) = Self.table(commits: [.error(state), .error(state), .error(state)])
    let start = ContinuousClock.now
    guard case .committed(let results) = await table.apply(try Self.commands(), timeout: Self.limit) else {
      Issue.record("not committed")
      return
    }
    #expect(results.map(\.version) == [1])
    #expect(server.seen.count { $0.last == "COMMIT" } == 4)
    // 10, 20 and 40 ms, each times a random half to one and a half.
    #expect(ContinuousClock.now - start >= .milliseconds(35))
  }

  /// Certainly not applied, and not worth another try here.
  @Test(arguments: [ScriptedPostgres.Answer.error("42501"), .error("23502"), .error("25006"), .rolledBack])
  func aRefusalIsNotApplied(_ answer: ScriptedPostgres.Answer) async throws {
    let (table, server) = Self.table(commits: [answer])
    let outcome = await table.apply(try Self.commands(), timeout: Self.limit)
    guard case .notApplied = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(server.seen.count { $0.last == "COMMIT" } == 1)
  }

  /// A session that was refused for lack of a right may stand in the way of the migration that grants it: it ends. One
  /// that only met a conflict goes on.
  @Test(arguments: [("42501", 2), ("40001", 1)])
  func aSessionWithoutTheRightsEnds(_ state: String, _ sessions: Int) async throws {
    let isFirst = Mutex(true)
    let server = ScriptedPostgres { _ in
      isFirst.withLock { first in
        defer { first = false }
        return first ? .error(state) : .complete
      }
    }
    let table = SQLTable(pool: SQLPool(options: server.options(), size: 1), flavour: .cockroach)
    #expect(await !table.isHealthy(timeout: Self.limit))
    #expect(await table.isHealthy(timeout: Self.limit))
    #expect(server.sessions == sessions)
  }

  /// The operation's record and the row go in one transaction, with nothing that would hide a record made in between.
  @Test func theOperationIsRecordedInTheSameTransaction() async throws {
    let (table, server) = Self.table(commits: [])
    _ = await table.apply(try Self.commands(), timeout: Self.limit)
    let writes = try #require(server.seen.last)
    try #require(writes.count == 3)
    #expect(writes[0].hasPrefix("INSERT INTO operations") && !writes[0].contains("ON CONFLICT"))
    #expect(writes[1].hasPrefix("INSERT INTO entries"))
    #expect(writes[2] == "COMMIT")
    #expect(server.seen.first?.first == "BEGIN ISOLATION LEVEL REPEATABLE READ")
  }

  /// What the record says of its write, and the epoch in which it was made, as the transaction itself sees it.
  @Test func aRecordHasAFingerprintAndAnEpoch() async throws {
    let (table, server) = Self.table(commits: [])
    _ = await table.apply(try Self.commands(), timeout: Self.limit)
    let insert = try #require(server.seen.last?.first)
    #expect(insert.contains("(operation, key, version, applied, fingerprint, epoch)"))
    #expect(insert.contains(SQLOperationRecords.currentEpoch))
    #expect(server.seen.first?.contains { $0.contains("applied, fingerprint FROM operations") } == true)
  }

  /// A leader's clock may jump by a day: neither when a record is made nor when it is removed may it have a say.
  @Test func noStatementAsksTheTierForTheTime() async throws {
    let (table, server) = Self.table(commits: [])
    _ = await table.apply(try Self.commands(), timeout: Self.limit)
    let records = SQLOperationRecords(pool: SQLPool(options: server.options(), size: 1))
    _ = try? await records.epoch(timeout: Self.limit)
    _ = try await records.end(epoch: 3, timeout: Self.limit)
    _ = try await records.remove(before: 3, limit: 10, timeout: Self.limit)
    let ofRecords = server.seen.flatMap(\.self).filter { $0.contains("operations") || $0.contains("maintenance") }
    #expect(ofRecords.count == 5)
    let times = ["now()", "applied_at", "due_at", "interval"]
    for statement in ofRecords {
      #expect(!times.contains { statement.lowercased().contains($0) }, "\(statement)")
    }
  }

  /// A linearizable read writes, so that its end needs a standby; a warning at that end is no answer.
  @Test func aLinearizableReadNeedsTheStandby() async throws {
    let server = ScriptedPostgres { statements in
      statements.contains { $0.contains("pg_logical_emit_message") } ? .warning("no standby") : .complete
    }
    let table = SQLTable(pool: SQLPool(options: server.options(), size: 1), flavour: .patroni)
    let key = try Key("k")
    #expect(try await table.read(key, consistency: .plain, timeout: Self.limit) == nil)
    await #expect(throws: TableUnavailable.self) {
      try await table.read(key, consistency: .linearizable, timeout: .milliseconds(300))
    }
    await #expect(throws: TableUnavailable.self) {
      try await table.operation(try OperationID("op"), timeout: .milliseconds(300))
    }
  }

  /// Full pools: no request waits beyond its deadline, and none forever.
  @Test func aSilentServerIsGivenUpInTime() async throws {
    // Silent until the reads are over; but for ever would only hang this test where they are not.
    let end = DispatchSemaphore(value: 0)
    let isTooLate = Mutex(false)
    let server = ScriptedPostgres { _ in
      if end.wait(timeout: .now() + 40) == .timedOut { isTooLate.withLock { $0 = true } }
      end.signal()
      return .hangUp
    }
    let table = SQLTable(pool: SQLPool(options: server.options(), size: 1), flavour: .patroni)
    // A batch has the only connection, and would have it for longer than this test may take.
    let commands = try Self.commands()
    async let batch = table.apply(commands, timeout: .seconds(600))
    while server.seen.isEmpty { await Task.yield() }
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<20 {
        for consistency in [ReadConsistency.plain, .linearizable] {
          group.addTask {
            do {
              _ = try await table.read(try Key("k\(number)"), consistency: consistency, timeout: .milliseconds(500))
              return true
            } catch {
              return false
            }
          }
        }
      }
      for await answered in group { #expect(!answered) }
    }
    #expect(!isTooLate.withLock { $0 })
    end.signal()
    guard case .notApplied = await batch else {
      Issue.record("a batch was applied by a silent server")
      return
    }
  }

  @Test func aBatchGivesASilentServerUp() async throws {
    let server = ScriptedPostgres { _ in .silence }
    let table = SQLTable(pool: SQLPool(options: server.options(), size: 1), flavour: .patroni)
    guard case .notApplied = await table.apply(try Self.commands(), timeout: .milliseconds(500)) else {
      Issue.record("a batch was applied by a silent server")
      return
    }
  }
}
