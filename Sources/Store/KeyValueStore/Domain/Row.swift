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

/// The part of a key's row that a write needs.
public struct KeyState: Sendable, Hashable {
  public let version: Int64
  /// False: deleted.
  public let isPresent: Bool

  public init(version: Int64, isPresent: Bool) {
    self.version = version
    self.isPresent = isPresent
  }

  public init(_ row: Row) { self.init(version: row.version, isPresent: row.value != nil) }
}

/// The table's record of an operation's outcome. The first outcome is final, even if the operation is delivered again.
public struct OperationRecord: Sendable, Hashable {
  public let operation: OperationID
  public let key: Key
  /// The version that the operation gave its key; of a refused one, the version that the key had (0: never written).
  public let version: Int64
  /// False: its condition did not hold, and it changed nothing.
  public let isApplied: Bool
  /// The command's `fingerprint`; `nil`: the record was made by a version of the store that kept none.
  public let fingerprint: Int64?

  public init(operation: OperationID, key: Key, version: Int64, isApplied: Bool = true, fingerprint: Int64? = nil) {
    self.operation = operation
    self.key = key
    self.version = version
    self.isApplied = isApplied
    self.fingerprint = fingerprint
  }

  /// The record of the outcome of `command`.
  public init(of command: Command, version: Int64, isApplied: Bool = true) {
    self.init(
      operation: command.operation, key: command.key, version: version, isApplied: isApplied,
      fingerprint: command.fingerprint)
  }

  /// Whether it is the record of this very write, and not of another one that was given the same operation id. Without
  /// a fingerprint only the key is compared: a retry must not be refused for data that was never recorded.
  public func isRecord(of command: Command) -> Bool {
    key == command.key && (fingerprint == nil || fingerprint == command.fingerprint)
  }
}
