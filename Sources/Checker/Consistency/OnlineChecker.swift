import History
import Synchronization

/// Checks a history while it is recorded, so that the verdict is ready right after the last event.
///
/// Give `record(_:)` to a `HistoryWriter` as its observer. The events are paired and interned as they arrive; only the
/// decision remains for the end. It takes well under a second for a million operations if the zone test applies.
public final class OnlineChecker: Sendable {
  private struct State {
    var symbols = Symbols()
    var assembler = Assembler()
    var failure: ConsistencyError?
  }

  private let options: CheckOptions
  private let state = Mutex(State())

  /// - Parameter options: as for `ConsistencyChecker`; its time limit counts from the call of `report()`.
  public init(options: CheckOptions = CheckOptions()) { self.options = options }

  /// Events taken in so far.
  public var count: Int { state.withLock { $0.assembler.eventCount } }

  /// Records the next event, in the order of the history. Cheap: it never waits for a check.
  public func record(_ event: Event) {
    state.withLock { state in
      guard state.failure == nil else { return }
      guard let compact = state.symbols.compact(event) else {
        state.failure = .tooManyNames
        return
      }
      do throws(ConsistencyError) {
        try state.assembler.add(compact, symbols: state.symbols)
      } catch {
        state.failure = error
      }
    }
  }

  /// Checks what has come so far. Operations that are open count as of unknown outcome. More events may follow.
  ///
  /// - Throws: `ConsistencyError`, for events that are no history.
  public func report() throws(ConsistencyError) -> ConsistencyReport {
    let start = ContinuousClock.now
    let (symbols, assembler, failure) = state.withLock { ($0.symbols, $0.assembler, $0.failure) }
    if let failure { throw failure }
    try assembler.check(symbols)
    let budget = Budget(timeout: options.timeout, memoryLimitBytes: options.memoryLimitBytes, since: start)
    return try ConsistencyChecker(options: options).report(
      assembler, symbols: symbols, since: start, format: .jsonLines, budget: budget)
  }
}
