/// The port to the cache (Redis). It may fail at any time: this costs time, never correctness.
public protocol Cache: Sendable {
  /// The cache's entry for a key; empty on a miss and if the cache does not answer.
  func get(_ key: Key) async -> CacheEntry
  /// Stores newer rows, including tombstones, and removes pending writes that are settled. Best effort.
  func update(_ updates: [CacheUpdate]) async
  /// Stores a write that is in the log as pending, in place of an earlier pending write. Has a short timeout: an
  /// acknowledgement waits for it.
  ///
  /// - Returns: whether the cache stored it.
  func announce(_ write: PendingWrite) async -> Bool
}
