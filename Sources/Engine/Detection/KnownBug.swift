import Report

/// A planted bug as the suite knows it: by its name in `KV_PLANTED_BUG`, and by where it is. The suite never imports
/// the store, so a test keeps this list and the store's in step.
public struct KnownBug: Sendable, Hashable {
  /// The name of its plan too: `chaos/detect/<name>.yml`.
  public let name: String
  /// What it does, in a few words.
  public let summary: String
  /// The tier whose code or settings contain it, which the culprit should be.
  public let place: Culprit.Tier

  /// All of them.
  public static let all: [KnownBug] = [
    KnownBug("ack-before-confirm", "a queued write is answered before the broker's confirm", .api),
    KnownBug("ack-before-commit", "messages are acknowledged at delivery, before the SQL commit", .worker),
    KnownBug("no-operation-ids", "an operation that is delivered again is applied again", .worker),
    KnownBug("competing-consumers", "all workers consume every queue at once", .rabbitmq),
    KnownBug("cache-without-versions", "rows go into the cache in any order", .redis),
    KnownBug("cached-read-as-linearizable", "linearizable reads are answered from the cache", .api),
    KnownBug("delete-leaves-cache", "a delete does not touch the cache", .redis),
    KnownBug("timeout-as-failure", "a write without a confirm is answered as not applied", .api),
    KnownBug("retry-under-new-id", "a late write is sent again as another operation", .api),
    KnownBug("classic-queue", "the commands are in classic queues", .rabbitmq),
    KnownBug("asynchronous-replication", "a commit does not wait for a standby", .sql),
    KnownBug("follower-read", "linearizable reads are answered by a standby", .api),
    KnownBug("wall-clock-order", "the later wall-clock time wins", .worker),
    KnownBug("lost-tombstone", "a delete removes the row, and its version", .sql),
    KnownBug("partial-batch", "the last command of a batch is reported, and not committed", .worker),
    KnownBug("unknown-as-committed", "a commit of unknown outcome is treated as done", .worker),
    KnownBug("truncated-value", "a cached value loses its last byte", .redis),
  ]

  private init(_ name: String, _ summary: String, _ place: Culprit.Tier) {
    self.name = name
    self.summary = summary
    self.place = place
  }

  public static func named(_ name: String) -> KnownBug? { all.first { $0.name == name } }
}
