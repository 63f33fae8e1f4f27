/// The port to the cache (Redis). It may be gone at any time: that costs time, never truth.
public protocol Cache: Sendable {
  /// What the cache has of a key; nothing on a miss and whenever the cache does not answer.
  func get(_ key: Key) async -> CacheEntry
  /// Stores rows that are newer, tombstones too, and forgets pending writes that are settled. Best effort.
  func update(_ updates: [CacheUpdate]) async
  /// Shows a write that the log has, in place of the one shown before. Soon over, since an acknowledgement waits for it.
  ///
  /// - Returns: whether the cache took it.
  func announce(_ write: PendingWrite) async -> Bool
}
