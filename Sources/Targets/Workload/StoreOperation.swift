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

  /// The name in the history, Jepsen's `f`.
  public var function: String {
    switch action {
    case .put: "put"
    case .delete: "delete"
    case .get: "get"
    case .audit: Event.auditFunction
    }
  }

  /// Whether the store changes when it is done.
  public var isWrite: Bool {
    switch action {
    case .put, .delete: true
    case .get, .audit: false
    }
  }
}
