/// The port to the cache (Redis). It may be gone at any time: that costs time, never truth.
public protocol Cache: Sendable {
  /// The cached row (a tombstone has no value); `nil` on a miss and whenever the cache does not answer.
  func get(_ key: Key) async -> Row?
  /// Stores each row, tombstones too, unless the cache has that version or a newer one. Best effort.
  func putIfNewer(_ rows: [Row]) async
}
