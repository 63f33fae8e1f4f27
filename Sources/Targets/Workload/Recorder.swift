import History
import Synchronization

/// Performs operations at the store, writes each to the history, and remembers the writes.
public final class Recorder: Sendable {
  /// The outcome of a write, for the audit after the run.
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
    var client = RecordedClient(sink: self, process: process, stride: stride, level: level)
    let completion = await client.perform(operation) { await store.perform(operation) }
    if operation.isWrite {
      state.withLock { $0.writes.append(WriteRecord(operation: operation, outcome: completion.outcome)) }
    }
    process = client.process
    return completion
  }

  /// Performs an operation without recording it.
  public func look(_ operation: StoreOperation) async -> Completion {
    await store.perform(operation)
  }
}

extension Recorder: HistorySink {
  public func append(_ event: Event) {
    do throws(HistoryError) {
      try history.append(event)
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }
}
