import History

/// One operation of a workload, before it is sent.
public enum TierOperation: Sendable, Hashable {
  case put(key: Int, value: String)
  case get(key: Int)
  case add(String)
  /// Of the whole set.
  case readAll
  case enqueue(String)
  case dequeue
  case transfer(from: Int, to: Int, amount: Int64)
  /// Of every account.
  case readBalances

  /// The name in the history, Jepsen's `f`.
  public var function: String {
    switch self {
    case .put: "put"
    case .get: "get"
    case .add: "add"
    case .readAll, .readBalances: "read"
    case .enqueue: "enqueue"
    case .dequeue: "dequeue"
    case .transfer: "transfer"
    }
  }

  /// The key in the history; `nil` where the workload has one object.
  public var key: String? {
    switch self {
    case .put(let key, _), .get(let key): Self.name(ofKey: key)
    case .add, .readAll, .enqueue, .dequeue, .transfer, .readBalances: nil
    }
  }

  /// What the invocation carries.
  public var value: Value {
    switch self {
    case .put(_, let value), .add(let value), .enqueue(let value): .string(value)
    case .transfer(let from, let to, let amount): .list([.integer(Int64(from)), .integer(Int64(to)), .integer(amount)])
    case .get, .readAll, .dequeue, .readBalances: .null
    }
  }

  public static func name(ofKey key: Int) -> String { "k\(key)" }
}
