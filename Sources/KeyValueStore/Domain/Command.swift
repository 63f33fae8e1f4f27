/// A write on its way from an API through the command log to the table.
public struct Command: Sendable, Hashable {
  /// What the write does to its key.
  public enum Effect: Sendable, Hashable {
    case put(Value)
    case delete
  }

  public let operation: OperationID
  public let key: Key
  public let effect: Effect
  /// When the API accepted the request: milliseconds since 1970 by the API's wall clock; for measuring delay only.
  public let acceptedAtMilliseconds: Int64

  public init(operation: OperationID, key: Key, effect: Effect, acceptedAtMilliseconds: Int64) {
    self.operation = operation
    self.key = key
    self.effect = effect
    self.acceptedAtMilliseconds = acceptedAtMilliseconds
  }

  /// The value to store; `nil` for a delete.
  public var value: Value? {
    switch effect {
    case .put(let value): value
    case .delete: nil
    }
  }
}
