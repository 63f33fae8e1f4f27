/// A write that the log has and the table may not have yet. A cached read may show it before it takes effect; it has no
/// version, and is never stored as one.
public struct PendingWrite: Sendable, Hashable {
  public let key: Key
  /// `nil`: a delete.
  public let value: Value?
  public let operation: OperationID
  /// When the operation id was made, in milliseconds since 1970; `nil` where that is not known, as of a client's own
  /// id: such an operation may have been applied long ago, and be sent again.
  public let madeAtMilliseconds: Int64?

  public init(key: Key, value: Value?, operation: OperationID, madeAtMilliseconds: Int64?) {
    self.key = key
    self.value = value
    self.operation = operation
    self.madeAtMilliseconds = madeAtMilliseconds
  }
}

/// What the cache has of a key.
public struct CacheEntry: Sendable, Hashable {
  public static let nothing = CacheEntry(row: nil, pending: nil)

  /// A copy of the table's row (a tombstone has no value); `nil`: a miss.
  public let row: Row?
  /// The write that was acknowledged last, as far as it is not known to be settled.
  public let pending: PendingWrite?

  public init(row: Row?, pending: PendingWrite?) {
    self.row = row
    self.pending = pending
  }
}

extension CacheEntry {
  /// The same from a source that may lack what is newer: the table must be asked about all of it.
  public var doubted: CacheEntry {
    CacheEntry(
      row: nil,
      pending: pending.map {
        PendingWrite(key: $0.key, value: $0.value, operation: $0.operation, madeAtMilliseconds: nil)
      })
  }
}

/// What the cache is told of a key when the table has said something about it.
public struct CacheUpdate: Sendable, Hashable {
  public let key: Key
  /// Stored unless the cache has that version or a newer one; `nil`: nothing to store.
  public let row: Row?
  /// Operations that are settled: one of them that is still pending in the cache is pending no more.
  public let settled: [OperationID]

  public init(key: Key, row: Row?, settled: [OperationID] = []) {
    self.key = key
    self.row = row
    self.settled = settled
  }
}
