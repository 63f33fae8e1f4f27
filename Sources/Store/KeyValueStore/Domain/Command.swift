/// A write on its way from an API through the command log to the table.
public struct Command: Sendable, Hashable {
  /// What the write does to its key.
  public enum Effect: Sendable, Hashable {
    case put(Value)
    case delete
  }

  /// The condition for the write to take effect; if it does not hold, the write is refused permanently.
  public enum Condition: Sendable, Hashable {
    /// The key has exactly this version: a compare-and-set.
    case version(Int64)
    /// The key was never written, or is deleted.
    case absent

    /// Whether the condition holds for a key's state; `nil` means that the key was never written.
    public func holds(of state: KeyState?) -> Bool {
      switch self {
      case .version(let version): state?.version == version
      case .absent: state?.isPresent != true
      }
    }
  }

  public let operation: OperationID
  public let key: Key
  public let effect: Effect
  /// `nil`: the write takes effect regardless of the key's state.
  public let condition: Condition?
  /// When the API accepted the request: milliseconds since 1970 by the API's wall clock; for measuring delay only.
  public let acceptedAtMilliseconds: Int64

  public init(
    operation: OperationID, key: Key, effect: Effect, condition: Condition? = nil, acceptedAtMilliseconds: Int64
  ) {
    self.operation = operation
    self.key = key
    self.effect = effect
    self.condition = condition
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
