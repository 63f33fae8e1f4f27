import KeyValueStore
import RedisClient
import Synchronization

/// What the table has said, told to Redis: now, or later if it does not take it now.
extension RedisCache {
  /// The backlog of a cache's copies, and whether a task works it off.
  final class SharedBacklog: Sendable {
    private let state: Mutex<(backlog: CacheBacklog, isWorkedOff: Bool)>

    init(life: Duration) {
      state = Mutex((CacheBacklog(limits: CacheBacklog.Limits(life: life)), false))
    }

    /// Keeps an update.
    ///
    /// - Returns: whether a task must be started that works the backlog off.
    func add(_ entry: CacheBacklog.Entry) -> Bool {
      state.withLock { state in
        state.backlog.add(entry)
        defer { state.isWorkedOff = true }
        return !state.isWorkedOff
      }
    }

    /// What to try next; `nil`: nothing is left, and the task must end.
    func next(_ count: Int) -> [CacheBacklog.Entry]? {
      state.withLock { state in
        let entries = state.backlog.take(count, now: .now)
        if entries.isEmpty { state.isWorkedOff = false }
        return entries.isEmpty ? nil : entries
      }
    }
  }

  private static let backlogPause: Duration = .milliseconds(250)
  private static let backlogChunk = 64

  /// Forgets what is settled, and writes only what is newer than what is there; a tombstone is a version too. One
  /// script, hence atomic. Arguments: time to live, version (empty: no row), operation, 1 (0: a tombstone), value,
  /// settled operations.
  static let script = RedisScript(
    """
    local known = redis.call('HMGET', KEYS[1], 'v', 'p')
    if known[2] then
      for index = 6, #ARGV do
        if ARGV[index] == known[2] then
          redis.call('HDEL', KEYS[1], 'p', 'q')
          break
        end
      end
    end
    if ARGV[2] == '' or known[1] and tonumber(known[1]) >= tonumber(ARGV[2]) then return 0 end
    if ARGV[4] == '1' then
      redis.call('HSETEX', KEYS[1], 'PX', ARGV[1], 'FIELDS', 3, 'v', ARGV[2], 'o', ARGV[3], 'd', ARGV[5])
    else
      redis.call('HSETEX', KEYS[1], 'PX', ARGV[1], 'FIELDS', 2, 'v', ARGV[2], 'o', ARGV[3])
      redis.call('HDEL', KEYS[1], 'd')
    end
    return 1
    """)

  private static var writeScript: RedisScript {
    #if PlantedBugs
      if PlantedBug.cacheWithoutVersions.isPlanted { return Planting.unversionedScript }
    #endif
    return script
  }

  public func update(_ updates: [CacheUpdate]) async {
    let now = ContinuousClock.now
    await store(updates.map { CacheBacklog.Entry(update: $0, since: now) })
  }

  /// Together, so that they share a pipeline on each node.
  ///
  /// - Returns: whether Redis took all of them.
  @discardableResult private func store(_ entries: [CacheBacklog.Entry]) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      for entry in entries { group.addTask { await store(entry) } }
      return await group.reduce(true) { $0 && $1 }
    }
  }

  private func store(_ entry: CacheBacklog.Entry) async -> Bool {
    let row = entry.update.row
    // The time to live counts from when the table had the row, so that no cached row is older (P4).
    let rest = max(timeToLive - entry.since.duration(to: .now), .milliseconds(1))
    let arguments =
      [
        Array(String(Int(rest / .milliseconds(1))).utf8), row.map { Array(String($0.version).utf8) } ?? [],
        Array((row?.operation.text ?? "").utf8), row?.value == nil ? [UInt8(ascii: "0")] : [UInt8(ascii: "1")],
        row?.value?.bytes ?? [],
      ] + entry.update.settled.map { Array($0.text.utf8) }
    let reply = try? await cluster.evaluate(
      Self.writeScript, key: Self.name(entry.update.key), arguments: arguments)
    if reply == nil { keep(entry) }
    guard row != nil else { return reply != nil }
    switch reply {
    case nil: metrics.cacheWritesUnavailable.add()
    case .integer(0): metrics.cacheWritesOlder.add()
    default: metrics.cacheWritesStored.add()
    }
    return reply != nil
  }

  /// Tries the update again later, where updates are kept.
  private func keep(_ entry: CacheBacklog.Entry) {
    if let backlog, backlog.add(entry) { Task { await workOff(backlog) } }
  }

  private func workOff(_ backlog: SharedBacklog) async {
    while true {
      try? await Task.sleep(for: Self.backlogPause)
      var isTaken = true
      while isTaken {
        guard let entries = backlog.next(Self.backlogChunk) else { return }
        isTaken = await store(entries)
      }
    }
  }
}
