import ChaosPlan
import History
import SQLClient
import Synchronization
import Workload

/// A register, a set and a bank as tables of their own, on the node that leads, without a proxy in between.
public final class SQLTierClient: TierClient {
  private let settings: ClientSettings
  /// One a node; only those that lead, or did a moment ago, are connected.
  private let connections: [SQLConnection]
  /// The node that is asked first.
  private let current: Atomic<Int>

  /// - Parameter client: decides which node is asked first.
  public init(_ settings: ClientSettings, client: Int) {
    self.settings = settings
    connections = settings.nodes.map { node in
      var options = SQLOptions(
        hosts: [node], user: settings.user, password: settings.password,
        database: settings.database, applicationName: "kv-client", setUp: Self.setUp(settings))
      options.connectTimeoutMilliseconds = 1_000
      options.tcpUserTimeoutMilliseconds = 3_000
      options.requiresTLS = settings.flavour == .cockroach
      return SQLConnection(options: options)
    }
    current = Atomic(client % settings.nodes.count)
  }

  /// The session's settings. A PostgreSQL standby would answer reads, so it is ruled out.
  static func setUp(_ settings: ClientSettings) -> String {
    guard settings.flavour == .patroni else { return "SET statement_timeout = '12s'" }
    let commits = settings.variant == .asynchronous ? "local" : "on"
    return """
      DO $$ BEGIN IF pg_is_in_recovery() THEN RAISE EXCEPTION 'a standby'; END IF; END $$; \
      SET statement_timeout = '12s'; SET idle_in_transaction_session_timeout = '5s'; \
      SET synchronous_commit = '\(commits)'
      """
  }

  /// What a read sends after its SELECT, in the same transaction: it writes WAL, so the transaction's end waits for the
  /// synchronous standby, whose acknowledgement a deposed leader cannot get (docs/architecture.md, "A linearizable
  /// read").
  private var barrier: SQLStatement? {
    guard settings.flavour == .patroni, settings.variant == .plain else { return nil }
    return SQLStatement("SELECT pg_logical_emit_message(true, 'kv.cap', '')")
  }

  private func table(_ workload: CapWorkload) -> String { workload.table(settings.namespace) ?? "" }

  public func prepare() async throws {
    try await cleanUp()
    switch settings.workload {
    case .register:
      try await execute(["CREATE TABLE \(table(.register)) (key BIGINT PRIMARY KEY, value TEXT NOT NULL)"])
    case .set:
      try await execute(["CREATE TABLE \(table(.set)) (element TEXT PRIMARY KEY)"])
    case .bank:
      try await execute(["CREATE TABLE \(table(.bank)) (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL)"])
      try await execute(
        (0..<CapBank.accounts).map {
          "INSERT INTO \(table(.bank)) VALUES (\($0), \(CapBank.openingBalance))"
        })
    case .queue: throw TierWorkloadError("the SQL tier has no queue")
    }
  }

  public func cleanUp() async throws {
    try await execute([CapWorkload.register, .set, .bank].map { "DROP TABLE IF EXISTS \(table($0))" })
  }

  public func warmUp() async { _ = await run([SQLStatement("SELECT 1")], commits: false) }

  public func close() async {
    for connection in connections { await connection.close() }
  }

  public func perform(_ operation: TierOperation) async -> Completion {
    switch operation {
    case .put(let key, let value):
      let statement = SQLStatement(
        """
        INSERT INTO \(table(.register)) (key, value) VALUES ($1, $2) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """, [.integer(Int64(key)), .text(value)])
      return SQLOutcome.of(await run([statement], commits: true))
    case .get(let key):
      let select = SQLStatement("SELECT value FROM \(table(.register)) WHERE key = $1", [.integer(Int64(key))])
      return await read(select) { rows in
        rows.first.flatMap { SQLResult.text($0.first ?? nil) }.map(Value.string) ?? .null
      }
    case .add(let element):
      return SQLOutcome.of(
        await run([SQLStatement("INSERT INTO \(table(.set)) VALUES ($1)", [.text(element)])], commits: true))
    case .readAll:
      return await read(SQLStatement("SELECT element FROM \(table(.set))")) { rows in
        .list(rows.compactMap { SQLResult.text($0.first ?? nil).map(Value.string) })
      }
    case .transfer(let from, let to, let amount):
      return await transfer(Int64(from), Int64(to), amount)
    case .readBalances:
      return await read(SQLStatement("SELECT balance FROM \(table(.bank)) ORDER BY id")) { rows in
        .list(rows.compactMap { SQLResult.integer($0.first ?? nil).map(Value.integer) })
      }
    case .enqueue, .dequeue: return .impossible(operation)
    }
  }

  private func read(_ select: SQLStatement, value: ([[[UInt8]?]]) -> Value) async -> Completion {
    // With the barrier the transaction writes: a warning at its end (no standby acknowledged) makes it fail.
    let result = await run([select] + (barrier.map { [$0] } ?? []), commits: barrier != nil)
    return SQLOutcome.of(result) { results in value(results.first?.rows ?? []) }
  }

  private func transfer(_ from: Int64, _ to: Int64, _ amount: Int64) async -> Completion {
    let accounts = table(.bank)
    let begin =
      settings.flavour == .cockroach ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN ISOLATION LEVEL REPEATABLE READ"
    let select = SQLStatement(
      "SELECT id, balance FROM \(accounts) WHERE id IN ($1, $2)", [.integer(from), .integer(to)])
    return await attempt { connection, deadline throws(SQLError) in
      try await connection.transaction(begin: begin, first: [select], deadline: deadline) {
        results throws(SQLError) in
        var balances: [Int64: Int64] = [:]
        for row in results.first?.rows ?? [] where row.count == 2 {
          guard let id = SQLResult.integer(row[0]), let balance = SQLResult.integer(row[1]) else { continue }
          balances[id] = balance
        }
        guard let source = balances[from], let target = balances[to] else {
          throw SQLError(.none, "an account is missing")
        }
        guard source >= amount else { throw SQLError(.none, "insufficient funds") }
        let update = "UPDATE \(accounts) SET balance = $2 WHERE id = $1"
        return (
          [
            SQLStatement(update, [.integer(from), .integer(source - amount)]),
            SQLStatement(update, [.integer(to), .integer(target + amount)]),
          ], [SQLResult]()
        )
      }
    }.completion
  }

  private func execute(_ statements: [String]) async throws {
    for statement in statements {
      if case .failure(let error) = await run([SQLStatement(statement)], commits: true) {
        throw TierWorkloadError("\(statement.prefix(60)): \(error)")
      }
    }
  }

  private func run(_ statements: [SQLStatement], commits: Bool) async -> Result<[SQLResult], SQLError> {
    await attempt { connection, deadline throws(SQLError) in
      try await connection.run(statements, commits: commits, deadline: deadline)
    }
  }

  /// Whether to try another node next: there is no connection, or the node does not lead. A conflict between
  /// transactions is no reason to.
  static func meansAnotherNode(_ error: SQLError) -> Bool {
    error.state.map(\.endsConnection) ?? (error.effect != .none)
  }

  /// Tries one node after another, as long as it is certain that nothing was done: most of
  /// them do not lead.
  private func attempt(
    _ body: (SQLConnection, ContinuousClock.Instant) async throws(SQLError) -> [SQLResult]
  ) async -> Result<[SQLResult], SQLError> {
    let deadline = ContinuousClock.now + settings.timeout
    var last = SQLError(.noneRetryable, "the time was over before the first attempt")
    for _ in 0...connections.count where ContinuousClock.now < deadline {
      let index = current.load(ordering: .relaxed)
      do throws(SQLError) {
        return .success(try await body(connections[index], deadline))
      } catch {
        if Self.meansAnotherNode(error) { current.store((index + 1) % connections.count, ordering: .relaxed) }
        guard error.effect == .noneRetryable else { return .failure(error) }
        last = error
      }
    }
    return .failure(last)
  }
}

extension Result<[SQLResult], SQLError> {
  fileprivate var completion: Completion { SQLOutcome.of(self) }
}
