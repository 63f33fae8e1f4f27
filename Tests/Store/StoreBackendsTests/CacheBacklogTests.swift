import KeyValueStore
import Testing

@testable import StoreBackends

/// What Redis did not take is kept: the newest of each key, for a time, and within bounds.
@Suite struct CacheBacklogTests {
  private let start = ContinuousClock.now
  private let keys: [Key]

  init() throws { keys = try (0..<4).map { number throws(StoreError) in try Key("k\(number)") } }

  private func entry(
    _ key: Int, version: Int64?, value: String = "v", settled: [String] = [], at time: Int = 0
  ) throws -> CacheBacklog.Entry {
    let row = try version.map {
      Row(key: keys[key], value: try Value(value), version: $0, operation: try OperationID("o\($0)"))
    }
    let update = CacheUpdate(
      key: keys[key], row: row, settled: try settled.map { text throws(StoreError) in try OperationID(text) })
    return CacheBacklog.Entry(update: update, since: start + .seconds(time))
  }

  private func backlog(keys: Int = 10, bytes: Int = 1000) -> CacheBacklog {
    CacheBacklog(limits: CacheBacklog.Limits(life: .seconds(60), keys: keys, bytes: bytes))
  }

  @Test(arguments: [[3, 4], [4, 3], [nil, 4], [4, nil]] as [[Int64?]])
  func theNewestRowOfAKeyIsKept(_ versions: [Int64?]) throws {
    var backlog = backlog()
    for version in versions { backlog.add(try entry(0, version: version, settled: ["s\(version ?? 0)"])) }
    let taken = backlog.take(10, now: start)
    #expect(taken.map(\.update.row?.version) == [4])
    // And every operation that is settled.
    #expect(Set(taken[0].update.settled.map(\.text)) == Set(versions.map { "s\($0 ?? 0)" }))
    #expect(backlog.take(10, now: start).isEmpty)
  }

  @Test func whatHasExpiredIsDropped() throws {
    var backlog = backlog()
    backlog.add(try entry(0, version: 1))
    backlog.add(try entry(1, version: 1, at: 1))
    #expect(backlog.take(10, now: start + .seconds(60)).map(\.update.key) == [keys[1]])
    #expect(backlog.take(10, now: start).isEmpty)
  }

  @Test func someAreTakenAtATime() throws {
    var backlog = backlog()
    for key in 0..<3 { backlog.add(try entry(key, version: 1)) }
    #expect(backlog.take(2, now: start).count == 2)
    #expect(backlog.take(2, now: start).count == 1)
  }

  @Test func itIsBounded() throws {
    var few = backlog(keys: 2)
    for key in 0..<4 { few.add(try entry(key, version: 1)) }
    // A newer row of a key that is there takes no more room.
    few.add(try entry(0, version: 2))
    #expect(few.take(10, now: start).compactMap(\.update.row?.version).sorted() == [1, 2])
    var small = backlog(bytes: 250)
    let value = String(repeating: "v", count: 100)
    for _ in 0..<2 {
      for key in 0..<4 { small.add(try entry(key, version: 1, value: value)) }
      #expect(small.take(10, now: start).count == 2)
    }
  }
}
