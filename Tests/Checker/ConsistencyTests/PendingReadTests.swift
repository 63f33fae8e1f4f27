import History
import Testing

@testable import Consistency

/// Reads that say that what they show is acknowledged and may not be applied yet: what they may show, what they prove,
/// and what a read that does not say so may still not do.
@Suite struct PendingReadTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// The check that finds it; `nil`: nothing is violated.
    var violated: CheckName?
    var build: @Sendable (inout HistoryBuilder) -> Void

    init(_ name: String, _ violated: CheckName?, _ build: @escaping @Sendable (inout HistoryBuilder) -> Void) {
      (testDescription, self.violated, self.build) = (name, violated, build)
    }
  }

  static let cases = [
    Case("what the record has not yet", nil) {
      $0.put("a", level: "queued", operation: "o")
      $0.peek("a")
      $0.audit("o", false)
      $0.audit("o", true)
      $0.get("a", level: "final")
    },
    Case("the same, and the read does not say so", .phantomReads) {
      $0.put("a", level: "queued", operation: "o")
      $0.get("a", level: "cache")
      $0.audit("o", false)
      $0.audit("o", true)
      $0.get("a", level: "final")
    },
    Case("what was never written", .phantomReads) { $0.peek("a") },
    Case("what is written only later", .phantomReads) {
      $0.peek("a")
      $0.put("a", level: "queued")
    },
    Case("what was refused", .failedWrites) {
      $0.put("a", .fail, level: "queued")
      $0.peek("a")
    },
    Case("a version", .versions) {
      $0.put("a", level: "queued")
      $0.peek("a", version: 1)
    },
    Case("a linearizable read need not know it", nil) {
      $0.put("a", level: "committed")
      $0.put("b", level: "queued")
      $0.peek("b", by: 2)
      $0.get("a", by: 2, level: "linearizable")
      $0.get("a", by: 2, level: "linearizable")
      $0.get("b", level: "final")
    },
    Case("but has to know what was read as applied", .order) {
      $0.put("a", level: "committed")
      $0.put("b", level: "queued")
      $0.get("b", by: 2, level: "cache")
      $0.get("a", by: 2, level: "linearizable")
      $0.get("b", level: "final")
    },
    Case("the cache may go back to the row", nil) {
      $0.put("a", version: 1, level: "committed")
      $0.put("b", level: "queued")
      $0.peek("b")
      $0.get("a", version: 1, level: "cache")
      $0.peek("b")
      $0.get("b", version: 2, level: "final")
    },
    Case("what was shown comes before what is sent later", .order) {
      $0.put("a", by: 3, .info, level: "queued")
      $0.peek("a")
      $0.put("b", level: "queued")
      $0.get("b", by: 2, level: "cache")
      $0.get("a", by: 4, level: "linearizable")
      $0.get("a", level: "final")
    },
    Case("what was shown and not acknowledged may be late for the final read", nil) {
      $0.put("a", by: 3, .info, level: "queued")
      $0.peek("a")
      $0.get(nil, level: "final")
    },
  ]

  @Test(arguments: cases) func theCheck(_ test: Case) throws {
    var history = HistoryBuilder()
    test.build(&history)
    let report = try ConsistencyChecker().check(history.events)
    guard let violated = test.violated else {
      #expect(report.verdict != .violated, "\(report)")
      return
    }
    #expect(report[violated]?.verdict == .violated, "\(report)")
  }

  /// What is shown ahead is bound by the time to live as any cached read is; and it is no proof that something newer
  /// was there.
  @Test func theAgeIsBound() throws {
    func verdict(_ limit: Duration, _ build: (inout HistoryBuilder) -> Void) throws -> Verdict? {
      var history = HistoryBuilder()
      build(&history)
      let options = CheckOptions(cacheTimeToLive: limit)
      return try ConsistencyChecker(options: options).check(history.events)[.staleReads]?.verdict
    }
    let stale: (inout HistoryBuilder) -> Void = {
      $0.put("a", level: "queued")
      $0.put("b", level: "committed")
      $0.get("b", key: "other")
      $0.peek("a")
    }
    #expect(try verdict(.milliseconds(2), stale) == .violated)
    #expect(try verdict(.milliseconds(3), stale) == .holds)
    let early = try verdict(.milliseconds(1)) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.peek("b")
      $0.get("b", key: "other")
      $0.get("a", level: "cache")
    }
    #expect(early == .holds)
  }

  /// The level belongs to cached reads: an answer cannot make less of what a strong one promised.
  @Test func aStrongReadStaysStrong() throws {
    var history = HistoryBuilder()
    history.put("a", level: "committed")
    history.put("b", level: "committed")
    history.peek("a")
    var events = history.events
    events[4].level = "linearizable"
    #expect(try ConsistencyChecker().check(events).verdict == .violated)
  }
}
