/// A write that is in the log but may not be in the table yet. A cached read may return it before it takes effect. It
/// has no version, and is never stored as a row.
public struct PendingWrite: Sendable, Hashable {
  public let key: Key
  /// `nil`: a delete.
  public let value: Value?
  public let operation: OperationID
  /// When the operation id was made, in milliseconds since 1970; `nil` if that is not known, as for a client's own id:
  /// such an operation may be a retry of one that was applied long ago.
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
  /// The write that was acknowledged last, unless it is known to be settled.
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

/// An update of a key's cache entry from the table.
public struct CacheUpdate: Sendable, Hashable {
  public let key: Key
  /// Stored unless the cache has that version or a newer one; `nil`: nothing to store.
  public let row: Row?
  /// Operations that are settled: the cache removes its pending write if it is one of them.
  public let settled: [OperationID]

  public init(key: Key, row: Row?, settled: [OperationID] = []) {
    self.key = key
    self.row = row
    self.settled = settled
  }
}
