import History
import Testing

@testable import Consistency

/// What the store's record of operations says counts as much as what its answers say. Each rule on a history that
/// breaks it, beside one that does not by a hair.
@Suite struct RecordTests {
  typealias Case = AuditTests.Case

  static let order = [
    Case("queued writes change places in the record, covered by a third", .order, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o2")
      $0.put("x", version: 3, level: "committed", operation: "o3")
      $0.audit("o1", true, version: 2)
      $0.audit("o2", true, version: 1)
      $0.audit("o3", true, version: 3)
      $0.get("x", version: 3, level: "final")
    },
    Case("queued writes in the order of the record", .order, .holds) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 1)
      $0.audit("o2", true, version: 2)
    },
    Case("concurrent queued writes in any order", .order, .holds) {
      $0.begin("put", "v", by: 2, level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o2")
      $0.end("put", "v", by: 2, level: "queued", operation: "o1")
      $0.audit("o1", true, version: 2)
      $0.audit("o2", true, version: 1)
    },
    Case("a write of unknown outcome was in the record before another began", .order, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true, version: 2)
      $0.put("w", by: 3, version: 1, level: "committed")
    },
    Case("a write of unknown outcome is found only afterwards", .order, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.put("w", by: 3, version: 1, level: "committed")
      $0.audit("o1", true, version: 2)
    },
    Case("a cached read shows what a later linearizable one does not", .order, .violated) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.get("b", level: "cache")
      $0.get("a", by: 2, level: "linearizable")
    },
    Case("one client's queued writes change places in the record", .monotonicWrites, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 2)
      $0.audit("o2", true, version: 1)
    },
    Case("a queued write before what its client had read", .writesFollowReads, .violated) {
      $0.put("x", by: 3, version: 7, level: "committed")
      $0.get("x", by: 1, version: 7, level: "cache")
      $0.put("w", by: 1, level: "queued", operation: "o1")
      $0.audit("o1", true, version: 6)
    },
    Case("a client misses a queued write that the record had", .readYourWrites, .violated) {
      $0.put("v", by: 1, level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get(nil, by: 1, level: "linearizable")
    },
    Case("a client misses a queued write that may not be there yet", .readYourWrites, .holds) {
      $0.put("v", by: 1, level: "queued", operation: "o1")
      $0.get(nil, by: 1, level: "linearizable")
      $0.audit("o1", true)
    },
  ]

  static let versions = [
    Case("a read saw a version below that of a queued write in the record", .versions, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true, version: 5)
      $0.get("u", version: 4, level: "linearizable")
    },
    Case("a read saw the version of a queued write in the record", .versions, .holds) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true, version: 5)
      $0.get("v", version: 5, level: "linearizable")
    },
    Case("a queued write got a version that had been seen before it began", .versions, .violated) {
      $0.get("u", version: 4, level: "cache")
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true, version: 4)
    },
    Case("two queued writes have one version in the record", .versions, .violated) {
      $0.begin("put", "v", by: 2, level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o2")
      $0.end("put", "v", by: 2, level: "queued", operation: "o1")
      $0.audit("o1", true, version: 1)
      $0.audit("o2", true, version: 1)
    },
    Case("a read saw a queued write under another version than the record's", .duplicates, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true, version: 1)
      $0.get("v", version: 2, level: "final")
    },
    Case("two writes of a value under three versions", .duplicates, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("v", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 1)
      $0.audit("o2", true, version: 2)
      $0.get("v", version: 3, level: "final")
    },
    Case("two writes of a value under two versions", .duplicates, .holds) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("v", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 1)
      $0.get("v", version: 2, level: "final")
    },
    Case("the answer has another version than the record", .duplicates, .violated) {
      $0.put("v", version: 1, level: "committed", operation: "o1")
      $0.audit("o1", true, version: 2)
    },
    Case("the record changes a write's version", .duplicates, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true, version: 1)
      $0.audit("o1", true, version: 2)
    },
  ]

  static let fates = [
    // What a later write covers, only the record can tell.
    Case("a queued write was in the record, and then was not", .lostWrites, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.put("w", level: "committed", operation: "o2")
      $0.audit("o1", false)
      $0.get("w", level: "final")
    },
    Case("a queued write was not in the record, and then was", .lostWrites, .holds) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", false)
      $0.audit("o1", true)
      $0.get("v", level: "final")
    },
    Case("a write of unknown outcome was applied and is gone", .lostWrites, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.get(nil, level: "final")
    },
    Case("a delete of unknown outcome was applied and is gone", .lostWrites, .violated) {
      $0.put("v", level: "committed")
      $0.begin("delete", by: 2, level: "committed", operation: "o1")
      $0.end("delete", by: 2, .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.get("v", level: "final")
    },
    Case("a write of unknown outcome was applied and is there", .lostWrites, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.get("v", level: "final")
    },
    Case("a write of unknown outcome was applied after the final read", .lostWrites, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.get(nil, level: "final")
      $0.audit("o1", true)
    },
    Case("a write of unknown outcome that the record lacks is gone", .lostWrites, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", false)
      $0.get(nil, level: "final")
    },
    Case("the record has a write, and then not", .lostWrites, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.audit("o1", false)
    },
    Case("the record lacks a committed write for a while", .lostWrites, .violated) {
      $0.put("v", level: "committed", operation: "o1")
      $0.audit("o1", false)
      $0.audit("o1", true)
    },
    Case("the record lacks a committed write before its answer", .lostWrites, .holds) {
      $0.begin("put", "v", by: 2, level: "committed", operation: "o1")
      $0.audit("o1", false)
      $0.end("put", "v", by: 2, level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
    Case("a conditional write that was only queued may be declined", .lostWrites, .holds) {
      $0.swap("u", "v", level: "queued", operation: "o1")
      $0.audit("o1", false)
      $0.get(nil, level: "final")
    },
    Case("a conditional write was applied and is gone", .lostWrites, .violated) {
      $0.put("u", level: "committed")
      $0.swap("u", "v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.get("u", level: "final")
    },
    Case("the record has a refused conditional write", .failedWrites, .violated) {
      $0.swap("u", "v", .fail, level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
    Case("the record had a refused write, and then not", .failedWrites, .violated) {
      $0.put("v", .fail, operation: "o1")
      $0.audit("o1", true)
      $0.audit("o1", false)
    },
    Case("a read saw what the record did not have afterwards", .phantomReads, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.get("v", level: "linearizable")
      $0.audit("o1", false)
    },
    Case("a cached read saw what the record did not have afterwards", .phantomReads, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.get("v", level: "cache")
      $0.audit("o1", false)
      $0.audit("o1", true)
    },
    Case("a read saw what the record had not had before", .phantomReads, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", false)
      $0.get("v", level: "linearizable")
    },
    Case("of two writers of a value the record lacks one", .phantomReads, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.put("v", by: 3, .info, level: "committed", operation: "o2")
      $0.get("v", level: "linearizable")
      $0.audit("o1", false)
    },
    Case("an audit that answers neither true nor false", .lostWrites, .unknown) {
      $0.put("v", level: "committed", operation: "o1")
      $0.audit("o1", .string("perhaps"))
    },
  ]

  static let ids = [
    Case("one id for two keys", .lostWrites, .unknown) {
      $0.put("v", key: "a", level: "queued", operation: "o1")
      $0.put("w", key: "b", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get("v", key: "a", level: "final")
    },
    Case("one id for two committed writes", .duplicates, .violated) {
      $0.put("v", level: "committed", operation: "o1")
      $0.put("w", level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
    Case("one id for two queued writes", .lostWrites, .unknown) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("w", level: "queued", operation: "o1")
      $0.get("v", level: "final")
    },
    Case("a write is committed with the id of a queued one", .lostWrites, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.put("w", level: "committed", operation: "o1")
    },
    Case("a queued write with the id of a committed one has no effect", .lostWrites, .holds) {
      $0.put("v", level: "committed", operation: "o1")
      $0.put("w", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get("v", level: "final")
    },
    Case("a queued write with the id of a committed one has an effect", .failedWrites, .violated) {
      $0.put("v", level: "committed", operation: "o1")
      $0.put("w", level: "queued", operation: "o1")
      $0.get("w", level: "final")
    },
    Case("one id for a refused write and another", .failedWrites, .holds) {
      $0.put("v", .fail, level: "committed", operation: "o1")
      $0.put("w", level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
    Case("the record lacks a write with whose id another was refused", .lostWrites, .violated) {
      $0.put("v", .fail, level: "committed", operation: "o1")
      $0.put("w", level: "committed", operation: "o1")
      $0.audit("o1", false)
    },
    Case("the record has one of two writes that were both refused", .failedWrites, .violated) {
      $0.put("v", .fail, level: "committed", operation: "o1")
      $0.put("w", .fail, level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
    Case("attempts at one write are one", .linearizability, .holds) {
      $0.put("v", by: 2, .info, level: "committed", operation: "o1")
      $0.put("w", by: 3, level: "committed", operation: "o2")
      $0.put("v", by: 4, version: 1, level: "committed", operation: "o1")
      $0.get("w", level: "linearizable")
    },
    Case("two writes of a value are two", .linearizability, .violated) {
      $0.put("v", by: 2, .info, level: "committed", operation: "o1")
      $0.put("w", by: 3, level: "committed", operation: "o2")
      $0.put("v", by: 4, level: "committed", operation: "o3")
      $0.get("w", level: "linearizable")
    },
    Case("a refused attempt adds nothing", .order, .holds) {
      $0.put("v1", by: 2, .fail, level: "committed", operation: "o1")
      $0.put("v2", by: 3, level: "queued", operation: "o2")
      $0.put("v1", by: 4, level: "committed", operation: "o1")
      $0.audit("o1", true, version: 2)
      $0.audit("o2", true, version: 1)
    },
    Case("a value is read between a refused attempt and the next", .phantomReads, .violated) {
      $0.put("v", by: 2, .fail, level: "committed", operation: "o1")
      $0.get("v", level: "linearizable")
      $0.put("v", by: 4, level: "committed", operation: "o1")
    },
    Case("attempts at one write with two versions", .duplicates, .violated) {
      $0.put("v", by: 2, version: 1, level: "committed", operation: "o1")
      $0.put("v", by: 3, version: 2, level: "committed", operation: "o1")
    },
    Case("attempts of several clients are in no session", .monotonicWrites, .holds) {
      $0.begin("put", "v4", by: 5, level: "queued", operation: "o4")
      $0.put("v2", by: 2, version: 3, level: "committed", operation: "o2")
      $0.put("v4", by: 2, level: "committed", operation: "o4")
      $0.audit("o4", true, version: 5)
    },
    Case("an attempt committed what another had queued", .linearizability, .violated) {
      $0.put("v", by: 2, level: "queued", operation: "o1")
      $0.put("v", by: 3, level: "committed", operation: "o1")
      $0.get(nil, level: "linearizable")
    },
    Case("a refused attempt after one that was applied", .failedWrites, .holds) {
      $0.put("v", by: 2, .info, level: "committed", operation: "o1")
      $0.put("v", by: 3, .fail, level: "committed", operation: "o1")
      $0.audit("o1", true)
    },
  ]

  static let linearizability = [
    Case("a queued write that the record had is not seen", .linearizability, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get(nil, level: "linearizable")
    },
    Case("and the same by what is stale", .staleReads, .violated) {
      $0.put("v", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get(nil, level: "linearizable")
    },
    Case("an unknown write that the record had is not seen", .linearizability, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.audit("o1", true)
      $0.get(nil, level: "linearizable")
    },
    Case("an unknown write that the record has later", .linearizability, .holds) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.get(nil, level: "linearizable")
      $0.audit("o1", true)
    },
    Case("a write that the record did not have yet is seen", .linearizability, .violated) {
      $0.put("v", .info, level: "committed", operation: "o1")
      $0.get("v", level: "linearizable")
      $0.audit("o1", false)
      $0.audit("o1", true)
    },
    Case("copies differ by a write that may have come in between", .convergence, .holds) {
      $0.put("a", level: "committed")
      $0.put("b", by: 2, .info, level: "committed")
      $0.get("a", level: "final")
      $0.get("b", level: "final-cache")
    },
    Case("copies differ although the outcome of every write is known", .convergence, .violated) {
      $0.put("a", level: "committed")
      $0.put("b", by: 2, .info, level: "committed", operation: "o2")
      $0.audit("o2", true)
      $0.get("a", level: "final")
      $0.get("b", level: "final-cache")
    },
  ]

  @Test(arguments: order + versions + fates + ids + linearizability)
  func decides(_ example: Case) throws { try AuditTests().decides(example) }

  /// Findings show operations as their clients saw them, and the audit that tells more.
  @Test func theAuditIsPartOfTheFinding() throws {
    var builder = HistoryBuilder()
    builder.put("v", .info, level: "committed", operation: "o1")
    builder.audit("o1", true)
    builder.get(nil, level: "final")
    let report = try ConsistencyChecker().check(builder.events)
    let operations = try #require(report[.lostWrites]?.findings.first?.operations)
    #expect(operations.map(\.function) == ["put", "operation", "get"])
    #expect(operations[0].outcome == .unknown && operations[0].version == nil)
    #expect(report.keys.first?.core.first?.outcome == .unknown)
  }

  @Test func timesAtTheEndsOfTheirRangeAreNoCrash() throws {
    var events: [Event] = []
    func add(_ time: Int64, _ process: Int, _ kind: Event.Kind, _ function: String, _ value: Value, _ level: String?) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: time, process: .client(process), kind: kind, function: function,
          key: "a", value: value, level: level))
    }
    for value in [Value.integer(1), .integer(2)] {
      for kind in [Event.Kind.invoke, .ok] { add(.min, 0, kind, "write", value, nil) }
    }
    for level in [nil, "cache"] {
      for kind in [Event.Kind.invoke, .ok] { add(.max, 1, kind, "read", .integer(kind == .ok ? 1 : 0), level) }
    }
    let report = try ConsistencyChecker(options: CheckOptions(cacheTimeToLive: .seconds(1))).check(events)
    #expect(report[.staleReads]?.violations == 2)
    #expect(ReportText(report, name: "x").description.contains("violated"))
  }
}
