/// The outcome of a write. There is no fourth case: a write that is neither done nor certainly not done is unknown.
public enum WriteOutcome: Sendable, Hashable {
  /// A quorum of the command log has it.
  case queued
  /// The table has it, as this version of its key.
  case committed(version: Int64)
  /// Certainly not applied, and never will be: its condition did not hold. The version that the key had then; 0 when it
  /// was never written.
  case refused(version: Int64)
  /// Certainly not applied, and never will be: the operation id belongs to another write.
  case conflict
  /// Certainly not applied, and never will be.
  case notApplied(reason: String)
  /// It may be applied, now or later.
  case unknown(reason: String)
}

/// What a read found.
public enum ReadOutcome: Sendable, Hashable {
  /// The key's state: a value, or a tombstone.
  case row(Row)
  /// The key was never written.
  case absent
  /// A write that is acknowledged and may not be in the table yet; cached reads only.
  case pending(PendingWrite)
  /// The operation that the read waits for was not settled in time.
  case notSettled
  /// The operation that the read waits for is a write to another key.
  case otherKey
  case unavailable(reason: String)
}

/// The result of listing keys.
public enum ListOutcome: Sendable, Hashable {
  /// Keys in byte order, and whether more keys follow.
  case page([Key], hasMore: Bool)
  case unavailable(reason: String)
}

/// Whether an operation took effect.
public enum OperationOutcome: Sendable, Hashable {
  /// It was applied or refused, as the record says.
  case recorded(OperationRecord)
  /// Not applied by the time of the look-up; it may still be.
  case notYet
  case unavailable(reason: String)
}
