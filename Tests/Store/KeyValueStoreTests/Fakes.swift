import KeyValueStore
import Synchronization

/// A log that answers from a script; the last answer repeats.
final class FakeLog: CommandLog {
  private let answers: Mutex<[PublishOutcome]>
  private let count = Mutex(0)
  private let onPublish: @Sendable (Command) -> Void
  private let clock: ManualClock?

  init(
    _ answers: [PublishOutcome], clock: ManualClock? = nil, onPublish: @escaping @Sendable (Command) -> Void = { _ in }
  ) {
    self.answers = Mutex(answers)
    self.clock = clock
    self.onPublish = onPublish
  }

  var attempts: Int { count.withLock { $0 } }

  func publish(
    _ command: Command, wantsReply: Bool, sendWithin: Duration, timeout: Duration
  ) async -> PublishOutcome {
    count.withLock { $0 += 1 }
    onPublish(command)
    return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
  }
}

/// A table in memory that runs the real plan; tests script its outcomes.
final class FakeTable: Table {
  struct State: Sendable {
    var rows: [Key: Row] = [:]
    var operations: [OperationID: OperationRecord] = [:]
    /// What the next applications answer, after (or without) having happened.
    var script: [(happens: Bool, answer: ApplyOutcome?)] = []
    var isDown = false
    var applications = 0
  }

  let state = Mutex(State())

  func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome {
    state.withLock { state in
      state.applications += 1
      let step = state.script.isEmpty ? (happens: true, answer: nil) : state.script.removeFirst()
      let plan = BatchPlan(
        commands: commands, recorded: state.operations, states: state.rows.mapValues { KeyState($0) })
      if step.happens {
        for row in plan.rows { state.rows[row.key] = row }
        for record in plan.operations { state.operations[record.operation] = record }
      }
      return step.answer ?? .committed(plan.results)
    }
  }

  func read(_ key: Key, consistency: ReadConsistency, timeout: Duration) async throws(TableUnavailable) -> Row? {
    let (isDown, row) = state.withLock { ($0.isDown, $0.rows[key]) }
    if isDown { throw TableUnavailable("down") }
    return row
  }

  func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key] {
    let (isDown, rows) = state.withLock { ($0.isDown, $0.rows) }
    if isDown { throw TableUnavailable("down") }
    let keys = rows.values.filter { $0.value != nil && range.contains($0.key) }.map(\.key)
    return Array(keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.prefix(limit))
  }

  func operation(_ operation: OperationID, timeout: Duration) async throws(TableUnavailable) -> OperationRecord? {
    let (isDown, record) = state.withLock { ($0.isDown, $0.operations[operation]) }
    if isDown { throw TableUnavailable("down") }
    return record
  }
}

/// A cache in memory that can be gone.
final class FakeCache: Cache {
  private let state = Mutex<(rows: [Key: Row], pending: [Key: PendingWrite], isDown: Bool)>(([:], [:], false))

  var isDown: Bool {
    get { state.withLock { $0.isDown } }
    set { state.withLock { $0.isDown = newValue } }
  }

  func get(_ key: Key) async -> CacheEntry {
    state.withLock { $0.isDown ? .nothing : CacheEntry(row: $0.rows[key], pending: $0.pending[key]) }
  }

  func update(_ updates: [CacheUpdate]) async {
    state.withLock { state in
      if state.isDown { return }
      for update in updates {
        if let pending = state.pending[update.key], update.settled.contains(pending.operation) {
          state.pending[update.key] = nil
        }
        guard let row = update.row, (state.rows[row.key]?.version ?? 0) < row.version else { continue }
        state.rows[row.key] = row
      }
    }
  }

  @discardableResult func announce(_ write: PendingWrite) async -> Bool {
    state.withLock { state in
      if state.isDown { return false }
      if state.rows[write.key]?.operation != write.operation { state.pending[write.key] = write }
      return true
    }
  }

  func put(_ row: Row) async { await update([CacheUpdate(key: row.key, row: row)]) }
}

/// Collects what a worker sends.
final class FakeReplies: ReplySender, DeadLetters {
  let sent = Mutex<[Reply]>([])
  let letters = Mutex<[[UInt8]]>([])

  func send(_ replies: [Reply], to address: String) { sent.withLock { $0 += replies } }

  func store(_ message: [UInt8], reason: String, from partition: Partition) async -> Bool {
    letters.withLock { $0.append(message) }
    return true
  }
}
