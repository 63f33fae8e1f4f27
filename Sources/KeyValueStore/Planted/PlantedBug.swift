#if PlantedBugs
  import Synchronization

  /// A defect put in on purpose, to see whether the suite catches it (docs/detection.md). Compiled only with the
  /// package trait `PlantedBugs`, which no release build has.
  public enum PlantedBug: String, Sendable, CaseIterable {
    /// A queued write is answered before the broker has confirmed it.
    case acknowledgeBeforeConfirm = "ack-before-confirm"
    /// The worker's messages are acknowledged as they are delivered, before anything is committed.
    case acknowledgeBeforeCommit = "ack-before-commit"
    /// An operation that comes again is applied again.
    case noOperationIDs = "no-operation-ids"
    /// All workers consume every queue at the same time.
    case competingConsumers = "competing-consumers"
    /// Rows go into the cache whenever they come, without a look at their version.
    case cacheWithoutVersions = "cache-without-versions"
    /// A linearizable read is answered from the cache where the cache has the key.
    case cachedReadAsLinearizable = "cached-read-as-linearizable"
    /// A delete does not touch the cache.
    case deleteLeavesCache = "delete-leaves-cache"
    /// A write whose confirmation does not come is answered as not applied.
    case timeoutAsFailure = "timeout-as-failure"
    /// A write whose confirmation is late is sent again as another operation.
    case retryUnderNewID = "retry-under-new-id"
    /// The commands are in classic queues, on one broker each.
    case classicQueue = "classic-queue"
    /// A commit does not wait for a standby.
    case asynchronousReplication = "asynchronous-replication"
    /// Reads are answered by a standby.
    case followerRead = "follower-read"
    /// Of two writes to a key the one with the later wall-clock time wins, whatever their order in the queue.
    case wallClockOrder = "wall-clock-order"
    /// A delete removes the row, and the key's version begins anew.
    case lostTombstone = "lost-tombstone"
    /// The last command of a batch is reported as committed and is not.
    case partialBatch = "partial-batch"
    /// A batch whose commit is unknown is taken for committed.
    case unknownAsCommitted = "unknown-as-committed"
    /// A cached value loses its last byte.
    case truncatedValue = "truncated-value"

    public static let variable = "KV_PLANTED_BUG"

    private static let planted = Mutex<PlantedBug?>(nil)

    /// Which one this process has. Set once, before anything is asked of the store.
    ///
    /// - Throws: the names that there are, for another name.
    public static func plant(_ name: String?) throws(UnknownBug) {
      guard let name, !name.isEmpty else { return }
      guard let bug = PlantedBug(rawValue: name) else { throw UnknownBug(name: name) }
      planted.withLock { $0 = bug }
    }

    public struct UnknownBug: Error, CustomStringConvertible {
      public let name: String

      public var description: String {
        "\(variable) must be one of \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")), and is \(name)"
      }
    }

    public var isPlanted: Bool { Self.planted.withLock { $0 == self } }
  }
#endif
