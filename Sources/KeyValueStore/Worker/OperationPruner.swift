/// Removes the records of operations that are older than the time for which a retry is recognised. Every worker runs
/// one, and of all of them one at a time works: whoever takes the turn.
public struct OperationPruner<C: Clock>: Sendable where C.Duration == Duration {
  /// How much is done at once.
  public struct Limits: Sendable, Hashable {
    /// How long a turn lasts, and how often one is due.
    public var interval: Duration = .seconds(60)
    /// The most that one statement removes.
    public var records = 1000
    /// The pause after a statement, as a multiple of its own time: the SQL tier is for the store's requests.
    public var pauseShare = 4
    public var pauseMinimum: Duration = .milliseconds(50)
    public var timeout: Duration = .seconds(5)

    public init() {}
  }

  private let records: any OperationRecords
  private let age: Duration
  private let limits: Limits
  private let clock: C
  private let removed: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - age: how old a record must be.
  ///   - removed: told how many records a statement has removed.
  public init(
    records: any OperationRecords, age: Duration, limits: Limits = Limits(), clock: C,
    removed: @escaping @Sendable (Int) -> Void
  ) {
    self.records = records
    self.age = age
    self.limits = limits
    self.clock = clock
    self.removed = removed
  }

  /// Works until it is cancelled.
  public func run() async {
    while !Task.isCancelled {
      // Workers that started together do not ask together.
      try? await clock.sleep(for: limits.interval * Double.random(in: 0.5...1))
      if !Task.isCancelled { await sweep() }
    }
  }

  /// One turn, if there is one to take: removes until nothing is left or the turn is over. What fails waits for the
  /// next.
  func sweep() async {
    let end = clock.now.advanced(by: limits.interval - limits.timeout)
    guard (try? await records.takeTurn(for: limits.interval, timeout: limits.timeout)) == true else { return }
    while !Task.isCancelled, clock.now < end {
      let start = clock.now
      guard
        let count = try? await records.remove(olderThan: age, limit: limits.records, timeout: limits.timeout)
      else { return }
      removed(count)
      guard count >= limits.records else { return }
      let pause = max(start.duration(to: clock.now) * limits.pauseShare, limits.pauseMinimum)
      try? await clock.sleep(for: pause)
    }
  }
}
