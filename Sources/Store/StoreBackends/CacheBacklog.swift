import KeyValueStore

/// Updates that Redis did not take, to be tried again: a replica that becomes master has the rows from before, and
/// would show them until they expire. Pure.
struct CacheBacklog {
  struct Limits {
    /// How long an update is kept: the row that it replaces has expired then.
    let life: Duration
    var keys = 10_000
    var bytes = 16 << 20
  }

  struct Entry {
    let update: CacheUpdate
    /// When the table had what the update says.
    let since: ContinuousClock.Instant

    fileprivate var bytes: Int { update.key.bytes.count + (update.row?.value?.bytes.count ?? 0) }
  }

  private let limits: Limits
  private var entries: [Key: Entry] = [:]
  private var bytes = 0

  init(limits: Limits) { self.limits = limits }

  /// Keeps an update, of several to a key the newest row; what does not fit is not kept.
  mutating func add(_ entry: Entry) {
    var entry = entry
    if let known = remove(entry.update.key) {
      let (older, newer) = Self.ordered(known, entry)
      entry = Entry(
        update: CacheUpdate(
          key: newer.update.key, row: newer.update.row, settled: older.update.settled + newer.update.settled),
        since: newer.since)
    }
    guard entries.count < limits.keys, bytes + entry.bytes <= limits.bytes else { return }
    entries[entry.update.key] = entry
    bytes += entry.bytes
  }

  /// Takes some updates out; those that are too old are dropped.
  mutating func take(_ count: Int, now: ContinuousClock.Instant) -> [Entry] {
    var taken: [Entry] = []
    while taken.count < count, let key = entries.keys.first, let entry = remove(key) {
      if entry.since + limits.life > now { taken.append(entry) }
    }
    return taken
  }

  private mutating func remove(_ key: Key) -> Entry? {
    guard let entry = entries.removeValue(forKey: key) else { return nil }
    bytes -= entry.bytes
    return entry
  }

  private static func ordered(_ one: Entry, _ other: Entry) -> (older: Entry, newer: Entry) {
    let isInOrder = (one.update.row?.version ?? 0) <= (other.update.row?.version ?? 0)
    return isInOrder ? (one, other) : (other, one)
  }
}
