extension StoreService {
  /// Reads through the cache: may be stale, is never a value that nobody wrote, and may be one that is acknowledged and
  /// not in the table yet.
  public func readCached(_ key: Key) async -> ReadOutcome {
    let entry = await cache.get(key)
    // The worker may have been faster than the announcement.
    guard let pending = entry.pending, pending.operation != entry.row?.operation else {
      return if let row = entry.row { .row(row) } else { await readTable(key, within: timeouts.read) }
    }
    if let made = pending.madeAtMilliseconds, age(since: made) < timeouts.pendingTrust { return .pending(pending) }
    // Its operation may have been applied long ago and be sent again. Whether it is still to come only the record
    // knows.
    let start = clock.now
    do {
      guard let record = try await table.operation(pending.operation, timeout: timeouts.read) else {
        return .pending(pending)
      }
      if let row = entry.row, record.key != key || row.version >= record.version {
        await cache.update([CacheUpdate(key: key, row: nil, settled: [pending.operation])])
        return .row(row)
      }
      let rest = timeouts.read - start.duration(to: clock.now)
      return await readTable(key, within: max(rest, .milliseconds(1)), settled: [pending.operation])
    } catch {
      // What was copied from the table is a good answer without the table too.
      return if let row = entry.row { .row(row) } else { .unavailable(reason: error.reason) }
    }
  }

  /// Reads what no deposed leader can answer.
  public func readLinearizable(_ key: Key) async -> ReadOutcome {
    await read(key, consistency: .linearizable, within: timeouts.read)
  }

  /// Waits until `operation` is settled, applied or refused, and reads a state that is no older.
  ///
  /// - Parameter consistency: `plain` reads through the cache.
  public func read(
    _ key: Key, after operation: OperationID, consistency: ReadConsistency
  ) async -> ReadOutcome {
    let start = clock.now
    let deadline = start.advanced(by: timeouts.settled)
    var pause = timeouts.settledPause
    var reason: String?
    while !Task.isCancelled {
      // A worker fills the cache right after its commit: most such reads cost the table nothing.
      let entry = await cache.get(key)
      if consistency == .plain, let row = entry.row, row.operation == operation { return .row(row) }
      let isPending = entry.pending?.operation == operation && start.duration(to: clock.now) < timeouts.lookUpAfter
      let rest = clock.now.duration(to: deadline)
      guard rest > .zero else { break }
      if !isPending {
        do {
          if let record = try await table.operation(operation, timeout: min(rest, timeouts.read)) {
            guard record.key == key else { return .otherKey }
            return await read(key, notBefore: record.version, consistency)
          }
          reason = nil
        } catch {
          reason = error.reason
        }
      }
      let left = clock.now.duration(to: deadline)
      guard left > .zero else { break }
      try? await clock.sleep(for: min(pause, left))
      pause = min(pause * 2, timeouts.settledPauseMaximum)
    }
    return if let reason { .unavailable(reason: reason) } else { .notSettled }
  }

  private func read(_ key: Key, notBefore version: Int64, _ consistency: ReadConsistency) async -> ReadOutcome {
    guard consistency == .plain else { return await readLinearizable(key) }
    if let row = await cache.get(key).row, row.version >= version { return .row(row) }
    let outcome = await readTable(key, within: timeouts.read)
    switch outcome {
    case .row(let row) where row.version >= version: return outcome
    case .absent where version == 0: return outcome
    case .unavailable: return outcome
    // A deposed leader answered.
    case .row, .absent, .pending, .notSettled, .otherKey: return await readLinearizable(key)
    }
  }

  /// Reads what the node that answers has, and copies it into the cache.
  private func readTable(_ key: Key, within timeout: Duration, settled: [OperationID] = []) async -> ReadOutcome {
    let outcome = await read(key, consistency: .plain, within: timeout)
    // By version: a worker that applied a newer write in between has won already.
    if case .row(let row) = outcome { await cache.update([CacheUpdate(key: key, row: row, settled: settled)]) }
    return outcome
  }

  private func read(_ key: Key, consistency: ReadConsistency, within timeout: Duration) async -> ReadOutcome {
    do {
      guard let row = try await table.read(key, consistency: consistency, timeout: timeout) else { return .absent }
      return .row(row)
    } catch {
      return .unavailable(reason: error.reason)
    }
  }

  /// By the wall clock, and so by two of them: one that is wrong makes old what is young, and hardly ever the reverse.
  private func age(since milliseconds: Int64) -> Duration {
    let (age, overflow) = wallClock().subtractingReportingOverflow(milliseconds)
    return .milliseconds(overflow ? .max : age.magnitude)
  }
}
