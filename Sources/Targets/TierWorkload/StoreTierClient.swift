import ChaosPlan
import HTTPClient
import Synchronization
import Workload

/// The whole store, through its APIs: each client stays with one of them, and moves on to the next after an answer that
/// is not ok.
public final class StoreTierClient: TierClient {
  private struct State {
    var node: Int
    var writes = 0
  }

  private let settings: ClientSettings
  private let client: Int
  private let stores: [StoreClient]
  private let state: Mutex<State>

  /// - Parameter client: unique in the run; spreads the clients over the APIs.
  public init(_ settings: ClientSettings, client: Int) {
    self.settings = settings
    self.client = client
    var timeouts = StoreClient.Timeouts()
    (timeouts.queued, timeouts.committed, timeouts.read) = (settings.timeout, settings.timeout, settings.timeout)
    stores = settings.nodes.map { StoreClient(baseURL: "http://\($0)", connections: 1, timeouts: timeouts) }
    state = Mutex(State(node: client % settings.nodes.count))
  }

  /// A namespace of its own is empty.
  public func prepare() async throws {}
  public func cleanUp() async throws {}
  public func close() async {}

  public func warmUp() async { _ = await perform(.get(key: 0)) }

  public func perform(_ operation: TierOperation) async -> Completion {
    let isCommitted = settings.variant == .committedLinearizable
    let action: StoreOperation.Action
    let key: Int
    switch operation {
    case .put(let index, let value): (action, key) = (.put(value: value, isCommitted ? .committed : .queued), index)
    case .get(let index): (action, key) = (.get(isCommitted ? .linearizable : .cache), index)
    case .add, .readAll, .enqueue, .dequeue, .transfer, .readBalances: return .impossible(operation)
    }
    return await send(action, key: key)
  }

  /// A read of the SQL tier, in every variant: what the store has once it is quiet.
  public func performFinal(_ operation: TierOperation) async -> Completion {
    guard case .get(let key) = operation else { return await perform(operation) }
    return await send(.get(.linearizable), key: key)
  }

  private func send(_ action: StoreOperation.Action, key: Int) async -> Completion {
    let (node, number) = state.withLock { state in
      state.writes += 1
      return (state.node, state.writes)
    }
    let name = "cap.\(settings.namespace).\(TierOperation.name(ofKey: key))"
    let isWrite = if case .put = action { true } else { false }
    let operation = StoreOperation(
      action: action, key: name, operation: isWrite ? "cap.\(settings.namespace).\(client).\(number)" : nil)
    var last = Completion(.failed, error: "no API was asked")
    for attempt in stores.indices {
      let place = (node + attempt) % stores.count
      last = await stores[place].perform(operation)
      if last.outcome == .ok { state.withLock { $0.node = place } }
      // An API that cannot be reached has seen nothing, so the same operation asks the next one.
      guard last.error == HTTPClientError.Code.connectFailed.rawValue else {
        if last.outcome != .ok { state.withLock { $0.node = (place + 1) % stores.count } }
        return last
      }
    }
    return last
  }
}
