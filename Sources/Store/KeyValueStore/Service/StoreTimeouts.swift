/// The time limits of requests, all in one place.
public struct StoreTimeouts: Sendable, Hashable {
  /// A write answered when the log has it.
  public var queued: Duration = .seconds(5)
  /// A write answered when the table has it.
  public var committed: Duration = .seconds(10)
  /// A write that never left the API is refused after this time. The client learns within two seconds that it may
  /// retry, and nothing piles up while the brokers accept no messages.
  public var refusal: Duration = .milliseconds(1500)
  /// Every read, and the look-up of an operation.
  public var read: Duration = .milliseconds(1500)
  /// How long a committed write waits for the worker's reply before it first asks the table.
  public var lookUpAfter: Duration = .seconds(1)
  /// How long the acknowledgement of a queued write waits for its commit when the cache cannot show the write.
  public var unannounced: Duration = .seconds(1)
  /// How long a read waits for the operation that it names.
  public var settled: Duration = .seconds(5)
  /// The pause between two checks whether that operation is settled; doubled each time up to `settledPauseMaximum`.
  public var settledPause: Duration = .milliseconds(10)
  public var settledPauseMaximum: Duration = .milliseconds(200)
  /// For this time after the creation of its operation id, a pending write is returned without a lookup: its value is
  /// no older than that, even if the write was overwritten meanwhile. At most the cache's time to live (P4).
  public var pendingTrust: Duration = .seconds(2)
  /// How long the cache keeps a pending write whose settlement is never reported.
  public var pendingLife: Duration = .seconds(10)
  /// The pause between two attempts to publish; doubled each time up to `publishPauseMaximum`.
  public var publishPause: Duration = .milliseconds(25)
  public var publishPauseMaximum: Duration = .milliseconds(400)

  public init() {}
}
