/// Removes the records of operations that are older than the time for which a retry is recognised. Every worker runs a
/// pruner, but only one at a time removes records: the one that has ended the epoch.
///
/// It uses no wall clock, neither the SQL tier's nor a worker's: a clock that jumps would cause the removal of records
/// of writes that may still be retried. A record has the number of the epoch in which it was made. A worker ends an
/// epoch only after it has known it for a whole interval by its own steady clock, and the table lets each epoch end
/// once. So each epoch lasts at least one interval, no matter which worker ends it, and a record that has existed for
/// `n` whole epochs is at least `n` intervals old.
///
/// An epoch ends only when every command queue has confirmed a message in it. A queue without a quorum may hold
/// commands that were delivered but could not be acknowledged, and that it will deliver again. While it does, no record
/// ages.
public struct OperationPruner<C: Clock>: Sendable where C.Duration == Duration {
  /// The limits of one round.
  public struct Limits: Sendable, Hashable {
    /// The minimum length of an epoch, and the maximum length of one round of removals.
    public var interval: Duration = .seconds(60)
    /// The maximum number of records that one statement removes.
    public var records = 1000
    /// The pause after a statement, as a multiple of its own time: the SQL tier is for the store's requests.
    public var pauseShare = 4
    public var pauseMinimum: Duration = .milliseconds(50)
    public var timeout: Duration = .seconds(5)

    public init() {}
  }

  private let records: any OperationRecords
  private let epochsKept: Int64
  private let limits: Limits
  private let clock: C
  private let queuesConfirm: @Sendable () async -> Bool
  private let removed: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - age: how old a record is at least when it is removed.
  ///   - queuesConfirm: whether every command queue confirms a message now.
  ///   - removed: called with the number of records that a statement has removed.
  public init(
    records: any OperationRecords, age: Duration, limits: Limits = Limits(), clock: C,
    queuesConfirm: @escaping @Sendable () async -> Bool, removed: @escaping @Sendable (Int) -> Void
  ) {
    self.records = records
    // One more: a record is made in the epoch that its transaction saw at its beginning, and the commit comes later.
    epochsKept = Int64((age / limits.interval).rounded(.up)) + 1
    self.limits = limits
    self.clock = clock
    self.queuesConfirm = queuesConfirm
    self.removed = removed
  }

  /// Works until it is cancelled.
  public func run() async {
    while !Task.isCancelled { await watchEpoch() }
  }

  /// Watches one epoch for an interval, ends it, and removes the records that are old enough then.
  func watchEpoch() async {
    guard let epoch = try? await records.epoch(timeout: limits.timeout) else {
      try? await clock.sleep(for: limits.timeout)
      return
    }
    let seen = clock.now
    // Jitter, so that workers that started together do not query together.
    try? await clock.sleep(for: limits.interval * Double.random(in: 1...1.1))
    guard seen.duration(to: clock.now) >= limits.interval, await queuesConfirm(),
      (try? await records.end(epoch: epoch, timeout: limits.timeout)) == true
    else { return }
    await removeRecords(before: epoch + 1 - epochsKept)
  }

  /// Removes records until none is left or the round is over: then the next epoch may end, and another worker may take
  /// over. Failed removals wait for the next round.
  private func removeRecords(before epoch: Int64) async {
    let end = clock.now.advanced(by: limits.interval - limits.timeout * 2)
    while !Task.isCancelled, clock.now < end {
      let start = clock.now
      guard
        let count = try? await records.remove(before: epoch, limit: limits.records, timeout: limits.timeout)
      else { return }
      removed(count)
      guard count >= limits.records else { return }
      let pause = max(start.duration(to: clock.now) * limits.pauseShare, limits.pauseMinimum)
      try? await clock.sleep(for: pause)
    }
  }
}
