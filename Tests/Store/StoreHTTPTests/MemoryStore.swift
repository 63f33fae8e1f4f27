import KeyValueStore
import Synchronization

/// A whole store in memory: what is published is applied at once. It can be down, it can lose answers, and it can be
/// slow: then what is published is taken and not applied, and the cache shows it.
final class MemoryStore: CommandLog, Table, Cache {
  enum Weather: Sendable { case fair, down, answersLost, slow }

  private struct State {
    var rows: [Key: Row] = [:]
    var operations: [OperationID: OperationRecord] = [:]
    var pending: [Key: PendingWrite] = [:]
    var weather = Weather.fair
  }

  private let state = Mutex(State())
  private let replies: ReplyRegistry

  init(replies: ReplyRegistry) { self.replies = replies }

  var weather: Weather {
    get { state.withLock { $0.weather } }
    set { state.withLock { $0.weather = newValue } }
  }

  func publish(
    _ command: Command, wantsReply: Bool, sendWithin: Duration, timeout: Duration
  ) async -> PublishOutcome {
    switch weather {
    case .fair: break
    case .slow: return .confirmed
    case .down: return .notSent(reason: "down")
    case .answersLost: return .unknown(reason: "lost")
    }
    guard case .committed(let results) = await apply([command], timeout: timeout), wantsReply else { return .confirmed }
    let answer: Reply.Result =
      switch results[0].disposition {
      case .applied, .duplicate: .committed(version: results[0].version)
      case .refused: .refused(version: results[0].version)
      case .conflict: .conflict
      }
    replies.deliver(Reply(to: command, answer))
    return .confirmed
  }

  func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome {
    state.withLock { state in
      let plan = BatchPlan(
        commands: commands, recorded: state.operations, states: state.rows.mapValues { KeyState($0) })
      for row in plan.rows { state.rows[row.key] = row }
      for record in plan.operations { state.operations[record.operation] = record }
      return .committed(plan.results)
    }
  }

  private func fair<Value>(_ body: (State) -> Value) throws(TableUnavailable) -> Value {
    let value = state.withLock { $0.weather == .fair || $0.weather == .slow ? body($0) : nil }
    guard let value else { throw TableUnavailable("down") }
    return value
  }

  func read(_ key: Key, consistency: ReadConsistency, timeout: Duration) async throws(TableUnavailable) -> Row? {
    try fair { $0.rows[key] }
  }

  func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key] {
    let keys = try fair { $0.rows.values.filter { $0.value != nil && range.contains($0.key) }.map(\.key) }
    return Array(keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.prefix(limit))
  }

  func operation(_ operation: OperationID, timeout: Duration) async throws(TableUnavailable) -> OperationRecord? {
    try fair { $0.operations[operation] }
  }

  func get(_ key: Key) async -> CacheEntry { CacheEntry(row: nil, pending: state.withLock { $0.pending[key] }) }

  func update(_ updates: [CacheUpdate]) async {}

  func announce(_ write: PendingWrite) async -> Bool {
    state.withLock { if $0.weather == .slow { $0.pending[write.key] = write } }
    return true
  }
}
