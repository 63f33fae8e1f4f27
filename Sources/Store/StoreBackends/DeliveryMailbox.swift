import KeyValueStore
import Synchronization

/// Collects a partition's deliveries until its runner takes them all at once.
///
/// Bounded by the prefetch: the broker delivers no more than that unacknowledged.
public final class DeliveryMailbox: Sendable {
  public typealias Input = PartitionRunner<ContinuousClock>.Input

  private struct State {
    var inputs: [Input] = []
    var waiter: CheckedContinuation<[Input]?, Never>?
    var isClosed = false
  }

  private let state = Mutex(State())

  public init() {}

  /// Adds one input and wakes the runner.
  public func push(_ input: Input) {
    let waiter = state.withLock { state -> CheckedContinuation<[Input]?, Never>? in
      if state.isClosed { return nil }
      guard let waiter = state.waiter else {
        state.inputs.append(input)
        return nil
      }
      state.waiter = nil
      return waiter
    }
    waiter?.resume(returning: [input])
  }

  /// Waits for input; nil when the mailbox is closed. One caller at a time.
  public func next() async -> [Input]? {
    await withCheckedContinuation { continuation in
      let now: [Input]?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if !state.inputs.isEmpty {
          defer { state.inputs = [] }
          return .some(state.inputs)
        }
        state.waiter = continuation
        return .none
      }
      if case .some(let inputs) = now { continuation.resume(returning: inputs) }
    }
  }

  /// Ends the input: untaken deliveries are dropped, and will be delivered to another worker.
  public func close() {
    let waiter = state.withLock { state in
      state.isClosed = true
      state.inputs = []
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: nil)
  }
}
