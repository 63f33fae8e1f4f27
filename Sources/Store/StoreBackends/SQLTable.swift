import KeyValueStore
import SQLClient

/// The table on the SQL tier.
public struct SQLTable: Table {
  private let pool: SQLPool
  private let flavour: Configuration.Flavour
  private let metrics: BackendMetrics
  private let reader: SQLReader
  private let plainReads: Batcher<Key, Row>
  private let linearizableReads: Batcher<Key, Row>
  private let lookUps: Batcher<OperationID, OperationRecord>

  public init(pool: SQLPool, flavour: Configuration.Flavour, metrics: BackendMetrics = BackendMetrics()) {
    self.metrics = metrics
    self.pool = pool
    self.flavour = flavour
    let reader = SQLReader(pool: pool, metrics: metrics)
    self.reader = reader
    // Reads that come while one is under way share the next transaction: the barrier's fsync is paid once for all.
    plainReads = Batcher(concurrency: 2) { keys, deadline throws(SQLError) in
      try await Self.read(reader, keys, barrier: nil, deadline: deadline)
    }
    linearizableReads = Batcher(concurrency: 2) { keys, deadline throws(SQLError) in
      try await Self.read(reader, keys, barrier: flavour.barrier, deadline: deadline)
    }
    lookUps = Batcher(concurrency: 1) { operations, deadline throws(SQLError) in
      try await Self.lookUp(reader, operations, barrier: flavour.barrier, deadline: deadline)
    }
  }

  /// What `record` reads, in this order.
  private static let recordColumns = "operation, key, version, applied, fingerprint"

  // MARK: writing

  public func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome {
    let deadline = ContinuousClock.now + timeout
    var pause: Duration = .milliseconds(10)
    while true {
      do {
        let results = try await pool.withConnection(until: deadline) { connection throws(SQLError) in
          try await apply(commands, on: connection, deadline: deadline)
        }
        return .committed(results)
      } catch {
        switch error.effect {
        case .unknown: return .unknown(reason: error.description)
        case .none: return .notApplied(reason: error.description)
        case .noneRetryable:
          // Only conflicts are worth another try here; everything else is for the caller's longer pauses.
          guard ["40001", "40P01", "23505"].contains(error.state?.code), ContinuousClock.now + pause < deadline else {
            return .notApplied(reason: error.description)
          }
          try? await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
          pause = min(pause * 2, .milliseconds(500))
        }
      }
    }
  }

  private func apply(
    _ commands: [Command], on connection: SQLConnection, deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> [AppliedCommand] {
    let operations = Array(Set(commands.map(\.operation.text)))
    let keys = Array(Set(commands.map(\.key)))
    return try await connection.transaction(
      begin: flavour.begin,
      first: [
        SQLStatement(
          "SELECT \(Self.recordColumns) FROM operations WHERE operation = ANY($1)", [.textArray(operations)]),
        SQLStatement(
          "SELECT key, version, value IS NOT NULL FROM entries WHERE key = ANY($1)", [.bytesArray(keys.map(\.bytes))]),
      ],
      firstTimeout: flavour.batchReadTimeout, deadline: deadline
    ) { read throws(SQLError) in
      var recorded: [OperationID: OperationRecord] = [:]
      for row in read[0].rows {
        let record = try Self.record(row)
        recorded[record.operation] = record
      }
      var states: [Key: KeyState] = [:]
      for row in read[1].rows {
        guard row.count == 3, let bytes = row[0], let key = try? Key(bytes: bytes),
          let version = SQLResult.integer(row[1]), let isPresent = SQLResult.boolean(row[2])
        else { throw SQLError(.none, "a row of entries has another shape") }
        states[key] = KeyState(version: version, isPresent: isPresent)
      }
      let plan = BatchPlan(commands: commands, recorded: recorded, states: states)
      // Finding every operation recorded is an answer too, which a deposed leader must not be able to give: its record
      // may never have reached a standby.
      return (plan.operations.isEmpty ? flavour.barrier.map { [$0] } ?? [] : writes(plan), plan.results)
    }
  }

  private func writes(_ plan: BatchPlan) -> [SQLStatement] {
    var statements = [
      // No ON CONFLICT: an operation recorded since the read means that the plan is stale, and must fail (23505).
      SQLStatement(
        """
        INSERT INTO operations (\(Self.recordColumns), epoch)
        SELECT \(Self.recordColumns), (\(SQLOperationRecords.currentEpoch))
        FROM unnest($1::TEXT[], $2::BYTEA[], $3::BIGINT[], $4::BOOLEAN[], $5::BIGINT[])
          AS made (\(Self.recordColumns))
        """,
        [
          .textArray(plan.operations.map(\.operation.text)), .bytesArray(plan.operations.map(\.key.bytes)),
          .integerArray(plan.operations.map(\.version)), .booleanArray(plan.operations.map(\.isApplied)),
          .integerArray(plan.operations.map(\.fingerprint)),
        ]),
      SQLStatement(
        flavour.writeEntries,
        [
          .bytesArray(plan.rows.map(\.key.bytes)), .bytesArray(plan.rows.map { $0.value?.bytes }),
          .integerArray(plan.rows.map(\.version)), .textArray(plan.rows.map(\.operation.text)),
        ]),
    ]
    Planting.addStatements(&statements, plan)
    return statements
  }

  // MARK: reading

  public func read(
    _ key: Key, consistency: ReadConsistency, timeout: Duration
  ) async throws(TableUnavailable) -> Row? {
    (consistency == .plain ? metrics.sqlReadsPlain : metrics.sqlReadsLinearizable).add()
    let batcher = consistency == .plain ? plainReads : linearizableReads
    do throws(TableUnavailable) {
      return try await batcher.submit(key, timeout: timeout)
    } catch {
      metrics.sqlReadsUnavailable.add()
      throw error
    }
  }

  public func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key] {
    metrics.sqlReadsList.add()
    let select = SQLStatement(
      "SELECT key FROM entries WHERE key >= $1 AND key < $2 AND value IS NOT NULL ORDER BY key LIMIT $3",
      [.bytes(range.lowerBound), .bytes(range.upperBound), .integer(Int64(limit))])
    do throws(SQLError) {
      let result = try await reader.run(select, barrier: nil, deadline: .now + timeout)
      var keys: [Key] = []
      for cells in result.rows {
        guard let bytes = cells.first ?? nil, let key = try? Key(bytes: bytes) else {
          throw SQLError(.none, "a row of entries has another shape")
        }
        keys.append(key)
      }
      return keys
    } catch {
      metrics.sqlReadsUnavailable.add()
      throw TableUnavailable(error.description)
    }
  }

  public func operation(
    _ operation: OperationID, timeout: Duration
  ) async throws(TableUnavailable) -> OperationRecord? {
    metrics.sqlReadsOperation.add()
    do throws(TableUnavailable) {
      return try await lookUps.submit(operation, timeout: timeout)
    } catch {
      metrics.sqlReadsUnavailable.add()
      throw error
    }
  }

  private static func read(
    _ reader: SQLReader, _ keys: [Key], barrier: SQLStatement?, deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> [Key: Row] {
    let select = SQLStatement(
      "SELECT key, value, version, operation FROM entries WHERE key = ANY($1)", [.bytesArray(keys.map(\.bytes))])
    let result = try await reader.run(select, barrier: barrier, deadline: deadline)
    var rows: [Key: Row] = [:]
    for cells in result.rows {
      guard cells.count == 4, let bytes = cells[0], let key = try? Key(bytes: bytes),
        let version = SQLResult.integer(cells[2]), let text = SQLResult.text(cells[3]),
        let operation = try? OperationID(text)
      else { throw SQLError(.none, "a row of entries has another shape") }
      let value: Value?
      do {
        value = try cells[1].map { bytes throws(StoreError) in try Value(bytes: bytes) }
      } catch {
        throw SQLError(.none, "a row of entries has a value that is none")
      }
      rows[key] = Row(key: key, value: value, version: version, operation: operation)
    }
    return rows
  }

  private static func lookUp(
    _ reader: SQLReader, _ operations: [OperationID], barrier: SQLStatement?, deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> [OperationID: OperationRecord] {
    let select = SQLStatement(
      "SELECT \(recordColumns) FROM operations WHERE operation = ANY($1)", [.textArray(operations.map(\.text))])
    let result = try await reader.run(select, barrier: barrier, deadline: deadline)
    var records: [OperationID: OperationRecord] = [:]
    for cells in result.rows {
      let record = try record(cells)
      records[record.operation] = record
    }
    return records
  }

  private static func record(_ cells: [[UInt8]?]) throws(SQLError) -> OperationRecord {
    guard cells.count == 5, let text = SQLResult.text(cells[0]), let operation = try? OperationID(text),
      let bytes = cells[1], let key = try? Key(bytes: bytes), let version = SQLResult.integer(cells[2]),
      let isApplied = SQLResult.boolean(cells[3])
    else { throw SQLError(.none, "a row of operations has another shape") }
    return OperationRecord(
      operation: operation, key: key, version: version, isApplied: isApplied, fingerprint: SQLResult.integer(cells[4]))
  }

  /// Whether the SQL tier answers within `timeout`, as it would have to answer a linearizable read: a leader that has
  /// no standby to acknowledge its commits is down.
  public func isHealthy(timeout: Duration) async -> Bool {
    let deadline = ContinuousClock.now + timeout
    do {
      _ = try await pool.withConnection(until: deadline) { connection throws(SQLError) in
        try await connection.run(
          [SQLStatement("SELECT version FROM entries LIMIT 1")] + (flavour.barrier.map { [$0] } ?? []),
          commits: flavour.barrier != nil, deadline: deadline)
      }
      return true
    } catch {
      return false
    }
  }
}
