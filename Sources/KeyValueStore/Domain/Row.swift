/// The state of a key as the table has it, or the cache copied it.
public struct Row: Sendable, Hashable {
  public let key: Key
  /// `nil`: deleted (a tombstone).
  public let value: Value?
  /// Goes up by one with every write to the key, deletes included; the first write has 1.
  public let version: Int64
  /// The write that made this state.
  public let operation: OperationID

  public init(key: Key, value: Value?, version: Int64, operation: OperationID) {
    self.key = key
    self.value = value
    self.version = version
    self.operation = operation
  }
}

/// The table's record that an operation took effect.
public struct OperationRecord: Sendable, Hashable {
  public let operation: OperationID
  public let key: Key
  /// The version that the operation gave its key.
  public let version: Int64

  public init(operation: OperationID, key: Key, version: Int64) {
    self.operation = operation
    self.key = key
    self.version = version
  }
}
