import History
import Testing

@testable import Consistency

/// How far a cached read may be behind, and from when that is counted.
@Suite struct CachedAgeTests {
  struct Age: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Milliseconds that a cached read may be behind.
    var limits: (violated: Int, held: Int)
    var build: @Sendable (inout HistoryBuilder) -> Void

    init(
      _ name: String, violatedAt limit: Int, heldAt other: Int,
      _ build: @escaping @Sendable (inout HistoryBuilder) -> Void
    ) {
      (testDescription, limits, self.build) = (name, (limit, other), build)
    }
  }

  /// An event a millisecond. The age of a stale cached read begins when something newer certainly was there.
  static let ages = [
    Age("a committed write", violatedAt: 2, heldAt: 3) {
      $0.put("a")
      $0.put("b")
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    },
    Age("a queued write, proved by a read", violatedAt: 2, heldAt: 3) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      for _ in 0..<10 { $0.get(nil, key: "other") }
      $0.get("b", by: 2, level: "cache")
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    },
    Age("a queued write, proved by the record", violatedAt: 2, heldAt: 3) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued", operation: "o1")
      for _ in 0..<10 { $0.get(nil, key: "other") }
      $0.audit("o1", true)
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    },
    Age("a queued write, proved by a later one", violatedAt: 2, heldAt: 3) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      for _ in 0..<10 { $0.get(nil, key: "other") }
      $0.put("c", level: "committed")
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    },
    Age("a write of unknown outcome that was seen", violatedAt: 2, heldAt: 3) {
      $0.put("a")
      $0.put("b", by: 3, .info)
      $0.get("b")
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    },
    Age("a version", violatedAt: 2, heldAt: 3) {
      $0.put("a", version: 1)
      $0.put("b", level: "queued")
      $0.put("a", by: 3, .info)
      for _ in 0..<10 { $0.get(nil, key: "other") }
      $0.get("b", version: 2, level: "cache")
      $0.get("b", key: "other")
      $0.get("a", by: 5, version: 1, level: "cache")
    },
  ]

  @Test(arguments: ages)
  func cachedReadsMayBeSoOld(_ example: Age) throws {
    var builder = HistoryBuilder()
    example.build(&builder)
    for (limit, verdict) in [(example.limits.violated, Verdict.violated), (example.limits.held, .holds)] {
      let checker = ConsistencyChecker(options: CheckOptions(cacheTimeToLive: .milliseconds(limit)))
      #expect(try checker.check(builder.events)[.staleReads]?.verdict == verdict, "\(limit) ms")
    }
  }

  /// Without a proof that the newer write was applied, its acknowledgement alone makes nothing too old.
  @Test func aQueuedWriteMayWait() throws {
    var builder = HistoryBuilder()
    builder.put("a", level: "committed")
    builder.put("b", level: "queued")
    for _ in 0..<10 { builder.get(nil, key: "other") }
    builder.get("a", level: "cache")
    let checker = ConsistencyChecker(options: CheckOptions(cacheTimeToLive: .milliseconds(1)))
    #expect(try checker.check(builder.events)[.staleReads]?.verdict == .holds)
  }
}
