import KeyValueStore
import RedisClient
import Testing

@testable import StoreBackends

/// What an entry of the cache says.
@Suite struct RedisEntryTests {
  private let key: Key
  private let operation: OperationID

  init() throws {
    key = try Key("k")
    operation = try OperationID("op")
  }

  private func reply(_ fields: [String?]) -> RedisReply {
    .array(fields.map { $0.map { .bytes(Array($0.utf8)) } ?? .null })
  }

  @Test(arguments: [nil, 0, 1_764_490_000_123] as [Int64?], [nil, "", "a,b,", "d,x"])
  func aPendingWriteIsReadAsItWasWritten(_ made: Int64?, _ value: String?) throws {
    let write = PendingWrite(
      key: key, value: try value.map { text throws(StoreError) in try Value(text) }, operation: operation,
      madeAtMilliseconds: made)
    #expect(PendingWrite(key: key, operation: operation, encoded: write.encoded) == write)
  }

  @Test(arguments: ["", "-", "-,p", "x,p,v", ",p,v", "1,x,v", "1,,v", "99999999999999999999,p,v"])
  func whatIsNoPendingWriteIsNone(_ text: String) {
    #expect(PendingWrite(key: key, operation: operation, encoded: Array(text.utf8)) == nil)
  }

  @Test func rowAndPendingWriteStandBesideEachOther() throws {
    let row = Row(key: key, value: try Value("v"), version: 3, operation: try OperationID("earlier"))
    let tombstone = Row(key: key, value: nil, version: 3, operation: row.operation)
    let write = PendingWrite(key: key, value: try Value("new"), operation: operation, madeAtMilliseconds: nil)
    let entries: [([String?], CacheEntry)] = [
      (["3", "earlier", "v", nil, nil], CacheEntry(row: row, pending: nil)),
      (["3", "earlier", nil, nil, nil], CacheEntry(row: tombstone, pending: nil)),
      ([nil, nil, nil, "op", "-,p,new"], CacheEntry(row: nil, pending: write)),
      (["3", "earlier", "v", "op", "-,p,new"], CacheEntry(row: row, pending: write)),
      ([nil, nil, nil, nil, nil], .nothing),
      // Halves of what expires on its own.
      ([nil, "earlier", "v", "op", nil], .nothing), (["3", nil, "v", nil, "-,p,new"], .nothing),
      (["x", "earlier", "v", "op", "-"], .nothing),
    ]
    for (fields, entry) in entries { #expect(RedisCache.entry(of: key, reply(fields)) == entry, "\(fields)") }
    #expect(RedisCache.entry(of: key, .array([])) == .nothing)
    #expect(RedisCache.entry(of: key, .null) == .nothing)
  }
}
