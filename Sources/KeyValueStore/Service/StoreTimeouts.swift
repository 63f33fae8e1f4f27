/// How long a request may take before it gets its honest answer. One place for all of them.
public struct StoreTimeouts: Sendable, Hashable {
  /// A write answered when the log has it.
  public var queued: Duration = .seconds(5)
  /// A write answered when the table has it.
  public var committed: Duration = .seconds(10)
  /// A write that never left the API is refused after this long: the client is told within two seconds that it may try
  /// elsewhere or later, and nothing piles up behind brokers that take nothing.
  public var refusal: Duration = .milliseconds(1500)
  /// Every read, and the look-up of an operation.
  public var read: Duration = .milliseconds(1500)
  /// How long a committed write waits for the worker's reply before it first asks the table.
  public var lookUpAfter: Duration = .seconds(1)
  /// The pause between two attempts to publish; doubled each time up to `publishPauseMaximum`.
  public var publishPause: Duration = .milliseconds(25)
  public var publishPauseMaximum: Duration = .milliseconds(400)

  public init() {}
}
