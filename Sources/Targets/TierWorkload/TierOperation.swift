import History
import Workload

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

  public static func name(ofKey key: Int) -> String { "k\(key)" }
}

extension TierOperation: RecordableOperation {
  /// It has a key where the workload has more than one object.
  public var invocation: Event {
    let (function, key, value): (String, Int?, Value) =
      switch self {
      case .put(let key, let value): ("put", key, .string(value))
      case .get(let key): ("get", key, .null)
      case .add(let element): ("add", nil, .string(element))
      case .readAll, .readBalances: ("read", nil, .null)
      case .enqueue(let value): ("enqueue", nil, .string(value))
      case .dequeue: ("dequeue", nil, .null)
      case .transfer(let from, let to, let amount):
        ("transfer", nil, .list([.integer(Int64(from)), .integer(Int64(to)), .integer(amount)]))
      }
    return Event(
      index: 0, timeNanoseconds: 0, process: .client(0), kind: .invoke, function: function,
      key: key.map(Self.name(ofKey:)), value: value)
  }
}
