import KeyValueStore
import RedisClient

/// The cache on Redis: a hash per key, `kv:` and the key's bytes, with the fields `v` (version), `o` (operation id)
/// and, unless it is a tombstone, `d` (the value).
public struct RedisCache: Cache {
  private let cluster: RedisCluster
  private let timeToLive: [UInt8]
  private let metrics: BackendMetrics

  /// Writes only what is newer than what is there; a tombstone is a version too. One script, hence atomic.
  static let script = RedisScript(
    """
    local version = redis.call('HGET', KEYS[1], 'v')
    if version and tonumber(version) >= tonumber(ARGV[1]) then return 0 end
    if ARGV[4] then
      redis.call('HSET', KEYS[1], 'v', ARGV[1], 'o', ARGV[3], 'd', ARGV[4])
    else
      redis.call('HSET', KEYS[1], 'v', ARGV[1], 'o', ARGV[3])
      redis.call('HDEL', KEYS[1], 'd')
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return 1
    """)

  private static var writeScript: RedisScript {
    #if PlantedBugs
      if PlantedBug.cacheWithoutVersions.isPlanted { return Planting.unversionedScript }
    #endif
    return script
  }

  public init(
    cluster: RedisCluster, timeToLiveMilliseconds: Int, metrics: BackendMetrics = BackendMetrics()
  ) {
    self.cluster = cluster
    self.metrics = metrics
    timeToLive = Array(String(timeToLiveMilliseconds).utf8)
  }

  private static func name(_ key: Key) -> [UInt8] { Array("kv:".utf8) + key.bytes }

  public func get(_ key: Key) async -> Row? {
    let name = Self.name(key)
    let words = [Array("HMGET".utf8), name, Array("v".utf8), Array("o".utf8), Array("d".utf8)]
    guard let reply = try? await cluster.command(words, key: name) else {
      metrics.cacheReadsUnavailable.add()
      return nil
    }
    let row = Self.row(of: key, reply)
    (row == nil ? metrics.cacheMisses : metrics.cacheHits).add()
    return row
  }

  private static func row(of key: Key, _ reply: RedisReply) -> Row? {
    guard case .array(let fields) = reply, fields.count == 3,
      let version = fields[0].text.flatMap({ Int64($0) }),
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

  public func putIfNewer(_ rows: [Row]) async {
    // Together, so that they share a pipeline on each node.
    await withTaskGroup(of: Void.self) { group in
      for row in rows {
        group.addTask {
          let arguments =
            [Array(String(row.version).utf8), timeToLive, Array(row.operation.text.utf8)]
            + (row.value.map { [$0.bytes] } ?? [])
          // A row that is not cached is read from the table next time.
          let reply = try? await cluster.evaluate(Self.writeScript, key: Self.name(row.key), arguments: arguments)
          switch reply {
          case nil: metrics.cacheWritesUnavailable.add()
          case .integer(0): metrics.cacheWritesOlder.add()
          default: metrics.cacheWritesStored.add()
          }
        }
      }
    }
  }
}
