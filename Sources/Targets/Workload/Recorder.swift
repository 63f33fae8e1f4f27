import HTTPClient
import History
import Synchronization

/// Performs operations and writes each to the history: the invocation before it is sent, the completion when it is
/// known.
///
/// A process that ended in an unknown outcome may still act, so its client goes on under a new number: client c is the
/// processes c, c + stride, c + 2 stride, ….
public final class Recorder: Sendable {
  /// What a write became, for the audit after the run.
  public struct WriteRecord: Sendable, Hashable {
    public var operation: StoreOperation
    public var outcome: Outcome
  }

  private struct State {
    var writes: [WriteRecord] = []
    var failure: HistoryError?
  }

  private let store: StoreClient
  private let history: HistoryWriter
  private let stride: Int
  private let state = Mutex(State())

  /// - Parameter stride: more than the number of clients, of the traffic and of the final phase together.
  public init(store: StoreClient, history: HistoryWriter, stride: Int) {
    self.store = store
    self.history = history
    self.stride = stride
  }

  /// Every write that was sent, in the order of completion; those without an outcome yet are not in it.
  public var writes: [WriteRecord] { state.withLock { $0.writes } }

  /// The first error of the history file, if there was one: the run cannot be judged then.
  public var failure: HistoryError? { state.withLock { $0.failure } }

  /// Performs and records one operation.
  ///
  /// - Parameters:
  ///   - process: the client's process number; replaced by the next one where the outcome is unknown.
  ///   - level: how the history names the level; `nil`: by the operation's own. What the store says is pending is told by the
  ///     level `pending` of the completion.
  public func perform(_ operation: StoreOperation, process: inout Int, level: String? = nil) async -> Completion {
    let asked = level ?? operation.level
    record(operation, process: process, kind: .invoke, value: operation.invocationValue, level: asked)
    let completion = await store.perform(operation)
    let level = completion.isPending && level == nil ? "pending" : asked
    record(
      operation, process: process, kind: completion.outcome.eventKind,
      value: completion.value ?? operation.invocationValue, version: completion.version, error: completion.error,
      level: level)
    if operation.isWrite {
      state.withLock { $0.writes.append(WriteRecord(operation: operation, outcome: completion.outcome)) }
    }
    if completion.outcome == .unknown { process += stride }
    return completion
  }

  /// Performs an operation that is only a look, and does not belong to the history.
  public func look(_ operation: StoreOperation) async -> Completion {
    await store.perform(operation)
  }

  private func record(
    _ operation: StoreOperation, process: Int, kind: Event.Kind, value: Value, version: Int64? = nil,
    error: String? = nil, level: String?
  ) {
    do throws(HistoryError) {
      try history.append(
        process: .client(process), kind: kind, function: operation.function, key: operation.key, value: value,
        version: version, operation: operation.operation, error: error, level: level)
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }
}

extension StoreOperation {
  /// The word in the history; audits have none.
  var level: String? {
    switch action {
    case .put(_, let level), .delete(let level): level.rawValue
    case .get(let level): level.rawValue
    case .audit: nil
    }
  }

  var invocationValue: Value {
    switch action {
    case .put(let value, _): .string(value)
    case .delete, .get, .audit: .null
    }
  }
}
