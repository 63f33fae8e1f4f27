import AMQPClient
import KeyValueStore
import RedisClient
import SQLClient
import WallClock

/// Installs planted bugs (docs/detection.md). Without the package trait `PlantedBugs` every function returns its
/// argument.
public enum Planting {
  #if PlantedBugs
    static func plant(_ environment: [String: String]) throws(BackendError) {
      do {
        try PlantedBug.plant(environment[PlantedBug.variable])
      } catch {
        throw BackendError(.configuration, error.description)
      }
    }

    public static func log(_ log: any CommandLog) -> any CommandLog { PlantedLog(log) }

    public static func cache(_ cache: any Cache) -> any Cache { PlantedCache(cache) }

    public static func apiTable(
      _ table: any Table, _ cache: any Cache, _ configuration: Configuration
    ) -> any Table {
      if PlantedBug.cachedReadAsLinearizable.isPlanted { return PlantedReads(table: table) { await cache.get($0).row } }
      guard PlantedBug.followerRead.isPlanted, let standbys = PlantedReads.standbys(configuration) else { return table }
      return PlantedReads(table: table) { try? await standbys.read($0, consistency: .plain, timeout: .seconds(5)) }
    }

    static func workerTable(_ table: any Table) -> any Table { PlantedApply(table) }

    /// Clocks that are up to four seconds apart, by the instance, where the clock decides.
    public static func wallClock(of instance: String) -> @Sendable () -> Int64 {
      guard PlantedBug.wallClockOrder.isPlanted else { return wallClockMilliseconds }
      let offset = Int64(instance.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 5 }) * 1000
      return { wallClockMilliseconds() + offset }
    }

    /// The broker would give everything to the consumer with the highest one, single or not.
    static func priority(_ priority: Int64) -> Int64? {
      PlantedBug.competingConsumers.isPlanted ? nil : priority
    }

    static var acknowledgesAtDelivery: Bool { PlantedBug.acknowledgeBeforeCommit.isPlanted }

    /// The queue declaration, if that is the bug. The broker deletes the queues after their consumers have been gone
    /// for a while.
    static var queueArguments: [AMQPArgument]? {
      let expiry = AMQPArgument("x-expires", .integer(120_000))
      if PlantedBug.classicQueue.isPlanted {
        return [
          AMQPArgument("x-queue-type", .text("classic")), AMQPArgument("x-single-active-consumer", .boolean(true)),
          expiry,
        ]
      }
      return PlantedBug.competingConsumers.isPlanted ? [AMQPArgument("x-queue-type", .text("quorum")), expiry] : nil
    }

    static let unversionedScript = RedisScript(
      """
      local pending = redis.call('HMGET', KEYS[1], 'p')[1]
      for index = 6, #ARGV do
        if ARGV[index] == pending then redis.call('HDEL', KEYS[1], 'p', 'q') end
      end
      if ARGV[2] == '' then return 0 end
      redis.call('HSETEX', KEYS[1], 'PX', ARGV[1], 'FIELDS', 3, 'v', ARGV[2], 'o', ARGV[3], 'd', ARGV[5])
      if ARGV[4] == '0' then redis.call('HDEL', KEYS[1], 'd') end
      return 1
      """)

    static func addStatements(_ statements: inout [SQLStatement], _ plan: BatchPlan) {
      guard PlantedBug.lostTombstone.isPlanted else { return }
      let deleted = plan.rows.filter { $0.value == nil }.map(\.key.bytes)
      statements.append(SQLStatement("DELETE FROM entries WHERE key = ANY($1)", [.bytesArray(deleted)]))
    }
  #else
    @inlinable
    public static func log(_ log: any CommandLog) -> any CommandLog { log }

    @inlinable
    public static func cache(_ cache: any Cache) -> any Cache { cache }

    @inlinable
    public static func apiTable(_ table: any Table, _ cache: any Cache, _ configuration: Configuration) -> any Table {
      table
    }

    static func workerTable(_ table: any Table) -> any Table { table }

    public static func wallClock(of instance: String) -> @Sendable () -> Int64 { wallClockMilliseconds }

    static func priority(_ priority: Int64) -> Int64? { priority }

    static var acknowledgesAtDelivery: Bool { false }

    static func addStatements(_ statements: inout [SQLStatement], _ plan: BatchPlan) {}
  #endif
}
