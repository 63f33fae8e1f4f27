#if PlantedBugs
  import Synchronization

  /// A deliberate defect, to test whether the suite catches it (docs/detection.md). Compiled only with the package
  /// trait `PlantedBugs`, which no release build has.
  public enum PlantedBug: String, Sendable, CaseIterable {
    /// A queued write is answered before the broker has confirmed it.
    case acknowledgeBeforeConfirm = "ack-before-confirm"
    /// The worker's messages are acknowledged as they are delivered, before anything is committed.
    case acknowledgeBeforeCommit = "ack-before-commit"
    /// An operation that is delivered again is applied again.
    case noOperationIDs = "no-operation-ids"
    /// All workers consume every queue at the same time.
    case competingConsumers = "competing-consumers"
    /// Rows go into the cache as they arrive, without a comparison of versions.
    case cacheWithoutVersions = "cache-without-versions"
    /// A linearizable read is answered from the cache if the cache has the key.
    case cachedReadAsLinearizable = "cached-read-as-linearizable"
    /// A delete does not touch the cache.
    case deleteLeavesCache = "delete-leaves-cache"
    /// A write whose confirm does not arrive is answered as not applied.
    case timeoutAsFailure = "timeout-as-failure"
    /// A write whose confirmation is late is sent again as another operation.
    case retryUnderNewID = "retry-under-new-id"
    /// The commands are in classic queues, on one broker each.
    case classicQueue = "classic-queue"
    /// A commit does not wait for a standby.
    case asynchronousReplication = "asynchronous-replication"
    /// Reads are answered by a standby.
    case followerRead = "follower-read"
    /// Of two writes to a key the one with the later wall-clock time wins, regardless of their order in the queue.
    case wallClockOrder = "wall-clock-order"
    /// A delete removes the row, and the key's version restarts at 1.
    case lostTombstone = "lost-tombstone"
    /// The last command of a batch is reported as committed and is not.
    case partialBatch = "partial-batch"
    /// A batch whose commit has an unknown outcome is treated as committed.
    case unknownAsCommitted = "unknown-as-committed"
    /// A cached value loses its last byte.
    case truncatedValue = "truncated-value"

    public static let variable = "KV_PLANTED_BUG"

    private static let planted = Mutex<PlantedBug?>(nil)

    /// The bug of this process. Set once, before the first request.
    ///
    /// - Throws: an error with the known names, for any other name.
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
