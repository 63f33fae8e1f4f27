import KeyValueStore
import RedisClient

/// The cache on Redis: a hash per key, `kv:` and the key's bytes. The fields `v` (version), `o` (operation id) and,
/// unless it is a tombstone, `d` (the value) are the table's row. Beside them, `p` (operation id) and `q`
/// (`PendingWrite.encoded`) are the write that was acknowledged last, until the worker that applies it takes them away.
/// So a row that comes for an earlier write does not hide a later one, and what is pending never becomes a row. Each
/// field has its own time to live.
public struct RedisCache: Cache {
  let cluster: RedisCluster
  let timeToLive: Duration
  /// What follows the name of the entry in an announcement.
  private let announcement: [[UInt8]]
  let metrics: BackendMetrics
  /// Updates that Redis did not take; `nil`: they are not kept.
  let backlog: SharedBacklog?

  /// - Parameters:
  ///   - pendingLife: how long a pending write stays that no worker settles; no longer than a row.
  ///   - keepsUpdates: whether updates that Redis does not take are tried again until they are too old to matter. That
  ///     is for the services that change rows.
  public init(
    cluster: RedisCluster, timeToLiveMilliseconds: Int, pendingLife: Duration = StoreTimeouts().pendingLife,
    keepsUpdates: Bool = false, metrics: BackendMetrics = BackendMetrics()
  ) {
    self.cluster = cluster
    self.metrics = metrics
    timeToLive = .milliseconds(timeToLiveMilliseconds)
    backlog = keepsUpdates ? SharedBacklog(life: timeToLive) : nil
    let milliseconds = min(Int(pendingLife / .milliseconds(1)), timeToLiveMilliseconds)
    announcement = ["PX", String(milliseconds), "FIELDS", "2", "p"].map { Array($0.utf8) }
  }

  /// After this long, what was pending is in the table, unless the worker or the table is in trouble too.
  private static let pendingArrival: Duration = .milliseconds(500)

  /// For this long the table is asked, too, about what a new master shows: meanwhile every service notices that there
  /// is one, and what the cache was told in vain is told again.
  private static let succession: Duration = .seconds(2)

  static func name(_ key: Key) -> [UInt8] { Array("kv:".utf8) + key.bytes }

  private static let fields = ["v", "o", "d", "p", "q"].map { Array($0.utf8) }

  public func get(_ key: Key) async -> CacheEntry {
    let name = Self.name(key)
    let entry: CacheEntry
    do {
      let reply = try await cluster.command([Array("HMGET".utf8), name] + Self.fields, key: name)
      let known = Self.entry(of: key, reply)
      entry = cluster.hasNewMaster(name, within: Self.succession) ? known.doubted : known
    } catch {
      metrics.cacheReadsUnavailable.add()
      // Who reads now, reads the table. What a node showed as pending when it failed gets the time to arrive there.
      if let since = error.since {
        try? await Task.sleep(until: since + Self.pendingArrival, clock: .continuous)
      }
      return .nothing
    }
    switch (entry.row, entry.pending) {
    case (_, _?): metrics.cachePending.add()
    case (_?, nil): metrics.cacheHits.add()
    case (nil, nil): metrics.cacheMisses.add()
    }
    return entry
  }

  static func entry(of key: Key, _ reply: RedisReply) -> CacheEntry {
    guard case .array(let fields) = reply, fields.count == 5 else { return .nothing }
    return CacheEntry(row: row(of: key, fields), pending: pending(of: key, fields))
  }

  private static func row(of key: Key, _ fields: [RedisReply]) -> Row? {
    guard let version = fields[0].text.flatMap({ Int64($0) }),
      let operation = fields[1].text.flatMap({ try? OperationID($0) })
    else { return nil }
    switch fields[2] {
    case .null: return Row(key: key, value: nil, version: version, operation: operation)
    case .bytes(let bytes):
      guard let value = try? Value(bytes: bytes) else { return nil }
      return Row(key: key, value: value, version: version, operation: operation)
    case .integer, .status, .error, .array: return nil
    }
  }

  private static func pending(of key: Key, _ fields: [RedisReply]) -> PendingWrite? {
    guard let operation = fields[3].text.flatMap({ try? OperationID($0) }), case .bytes(let bytes) = fields[4] else {
      return nil
    }
    return PendingWrite(key: key, operation: operation, encoded: bytes)
  }

  public func announce(_ write: PendingWrite) async -> Bool {
    // One plain command: an acknowledgement waits for it. Whether the write was applied before, whoever reads it sees.
    let name = Self.name(write.key)
    let words =
      [Array("HSETEX".utf8), name] + announcement
      + [Array(write.operation.text.utf8), Self.fields[4], write.encoded]
    let reply = try? await cluster.command(words, key: name, isHurried: true)
    (reply == nil ? metrics.announcementsUnavailable : metrics.announcementsStored).add()
    return reply != nil
  }
}

extension PendingWrite {
  /// `made,kind,` and the value's bytes. `made` is in milliseconds since 1970, and `-` where it is not known; the kind
  /// is `d` for a delete, else `p`.
  var encoded: [UInt8] {
    let made = madeAtMilliseconds.map(String.init) ?? "-"
    return Array("\(made),\(value == nil ? "d" : "p"),".utf8) + (value?.bytes ?? [])
  }

  /// Reads what `encoded` is; `nil` where it is something else.
  init?(key: Key, operation: OperationID, encoded bytes: [UInt8]) {
    let parts = bytes.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let made = Int64(String(decoding: parts[0], as: UTF8.self))
    guard made != nil || parts[0].elementsEqual("-".utf8) else { return nil }
    let value: Value?
    switch parts[1].first {
    case UInt8(ascii: "d"): value = nil
    case UInt8(ascii: "p"):
      guard let read = try? Value(bytes: Array(parts[2])) else { return nil }
      value = read
    default: return nil
    }
    self.init(key: key, value: value, operation: operation, madeAtMilliseconds: made)
  }
}
