import ChaosPlan
import History

/// One request to the store, before it is sent.
public struct StoreOperation: Sendable, Hashable {
  public enum Action: Sendable, Hashable {
    case put(value: String, AcknowledgementLevel)
    case delete(AcknowledgementLevel)
    case get(ReadLevel)
    /// Asks the store's record whether a write was applied; `operation` names the write.
    case audit
  }

  public var action: Action
  public var key: String
  /// The operation id: the write's own, or the one asked for; `nil` for reads.
  public var operation: String?

  public init(action: Action, key: String, operation: String? = nil) {
    self.action = action
    self.key = key
    self.operation = operation
  }

  /// Whether the store changes when it is done.
  public var isWrite: Bool {
    switch action {
    case .put, .delete: true
    case .get, .audit: false
    }
  }
}

extension StoreOperation: RecordableOperation {
  public var invocation: Event {
    let (function, value, level): (String, Value, String?) =
      switch action {
      case .put(let value, let level): ("put", .string(value), level.rawValue)
      case .delete(let level): ("delete", .null, level.rawValue)
      case .get(let level): ("get", .null, level.rawValue)
      case .audit: (Event.auditFunction, .null, nil)
      }
    return Event(
      index: 0, timeNanoseconds: 0, process: .client(0), kind: .invoke, function: function, key: key, value: value,
      operation: operation, level: level)
  }
}
