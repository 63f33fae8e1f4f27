import History
import Testing

@testable import Consistency

/// Each always-decided check on a history that breaks it, beside one that does not by a hair.
@Suite struct AuditTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check: CheckName
    var verdict: Verdict
    var build: @Sendable (inout HistoryBuilder) -> Void

    init(
      _ name: String, _ check: CheckName, _ verdict: Verdict,
      _ build: @escaping @Sendable (inout HistoryBuilder) -> Void
    ) {
      (testDescription, self.check, self.verdict, self.build) = (name, check, verdict, build)
    }
  }

  static let cases = [
    Case("an acknowledged write is gone", .lostWrites, .violated) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.get("a", level: "final")
    },
    Case("the last write is there", .lostWrites, .holds) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.get("b", level: "final")
    },
    Case("all writes are gone", .lostWrites, .violated) {
      $0.put("a", level: "queued")
      $0.get(nil, level: "final")
    },
    Case("a delete explains the absence", .lostWrites, .holds) {
      $0.put("a", level: "queued")
      $0.delete(level: "queued")
      $0.get(nil, level: "final")
    },
    Case("a delete is gone", .lostWrites, .violated) {
      $0.put("a", level: "queued")
      $0.delete(level: "queued")
      $0.get("a", level: "final")
    },
    Case("an unknown write may have come last", .lostWrites, .holds) {
      $0.put("u", by: 2, .info)
      $0.put("a")
      $0.get("u", level: "final")
    },
    Case("a refused write cannot have", .failedWrites, .violated) {
      $0.put("u", by: 2, .fail)
      $0.put("a")
      $0.get("u", level: "final")
    },
    Case("of two concurrent writes either may be last", .lostWrites, .holds) {
      $0.begin("put", "a", by: 0)
      $0.put("b", by: 2)
      $0.end("put", "a", by: 0)
      $0.get("b", level: "final")
    },
    Case("an overwritten write is missing in the record", .lostWrites, .violated) {
      $0.put("a", level: "queued", operation: "o1")
      $0.put("b", level: "queued", operation: "o2")
      $0.audit("o1", false)
      $0.audit("o2", true)
      $0.get("b", level: "final")
    },
    Case("the record has every write", .lostWrites, .holds) {
      $0.put("a", level: "queued", operation: "o1")
      $0.audit("o1", true)
      $0.get("a", level: "final")
    },
    Case("a covered write is gone: its key's versions began again", .lostWrites, .violated) {
      $0.put("a", level: "queued", operation: "o1")
      $0.put("b", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 1)
      $0.audit("o2", true, version: 1)
      $0.get("b", version: 1, level: "final")
    },
    Case("the final state is older than a recorded write", .lostWrites, .violated) {
      $0.put("a", level: "queued", operation: "o1")
      $0.begin("put", "b", by: 5, level: "queued")
      $0.audit("o1", true, version: 2)
      $0.get("b", version: 1, level: "final")
    },
    Case("recorded versions go up", .lostWrites, .holds) {
      $0.put("a", level: "queued", operation: "o1")
      $0.put("b", level: "queued", operation: "o2")
      $0.audit("o1", true, version: 1)
      $0.audit("o2", true, version: 2)
      $0.get("b", version: 2, level: "final")
    },
    Case("concurrent writes in either order", .lostWrites, .holds) {
      $0.begin("put", "a", by: 0, level: "queued")
      $0.put("b", by: 2, level: "queued", operation: "o2")
      $0.end("put", "a", by: 0, level: "queued")
      $0.audit("o2", true, version: 2)
      $0.get("b", version: 2, level: "final")
    },
    Case("the last answer of the record counts", .lostWrites, .holds) {
      $0.put("a", level: "queued", operation: "o1")
      $0.audit("o1", false)
      $0.audit("o1", true)
      $0.get("a", level: "final")
    },
    Case("the record has a refused write", .failedWrites, .violated) {
      $0.put("a", .fail, operation: "o1")
      $0.audit("o1", true)
    },
    Case("the record had a write whose only attempt until then was refused", .failedWrites, .violated) {
      $0.put("a", .fail, operation: "o1")
      $0.audit("o1", true, version: 1)
      $0.put("a", version: 1, level: "committed", operation: "o1")
      $0.put("b", by: 2, version: 2, level: "committed", operation: "o2")
      $0.get("b", level: "linearizable")
    },
    Case("the record lacks a refused write", .failedWrites, .holds) {
      $0.put("a", .fail, operation: "o1")
      $0.audit("o1", false)
    },
    Case("no final read, queued writes", .lostWrites, .unknown) {
      $0.put("a", level: "queued")
      $0.getFails(level: "final")
    },
    Case("a value from nowhere", .phantomReads, .violated) {
      $0.put("a")
      $0.get("b")
    },
    Case("a value of another key", .phantomReads, .violated) {
      $0.put("a", key: "x")
      $0.get("a", key: "y")
    },
    Case("a value from the future", .phantomReads, .violated) {
      $0.get("a")
      $0.put("a")
    },
    Case("a value of an open write", .phantomReads, .holds) {
      $0.begin("put", "a", by: 0)
      $0.get("a")
    },
    Case("a cached value from nowhere", .phantomReads, .violated) { $0.get("b", level: "cache") },
    Case("a stale read", .staleReads, .violated) {
      $0.put("a")
      $0.put("b")
      $0.get("a")
    },
    Case("a current read", .staleReads, .holds) {
      $0.put("a")
      $0.put("b")
      $0.get("b")
    },
    Case("a stale cached read", .staleReads, .holds) {
      $0.put("a")
      $0.put("b")
      $0.get("a", level: "cache")
    },
    Case("a read behind a queued write", .staleReads, .holds) {
      $0.put("a")
      $0.put("b", level: "queued")
      $0.get("a", level: "linearizable")
    },
    Case("absent after a write", .staleReads, .violated) {
      $0.put("a")
      $0.get(nil)
    },
    Case("one write under two versions", .duplicates, .violated) {
      $0.put("a", version: 1, level: "committed")
      $0.get("a", version: 1)
      $0.get("a", version: 2)
    },
    Case("one write under one version", .duplicates, .holds) {
      $0.put("a", version: 1, level: "committed")
      $0.get("a", version: 1)
    },
    Case("reads in the wrong order", .order, .violated) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.get("b", level: "linearizable")
      $0.get("a", by: 2, level: "linearizable")
    },
    Case("reads in the right order", .order, .holds) {
      $0.put("a", level: "queued")
      $0.put("b", level: "queued")
      $0.get("a", level: "linearizable")
      $0.get("b", by: 2, level: "linearizable")
    },
    Case("versions against the acknowledgements", .order, .violated) {
      $0.put("a", version: 2, level: "committed")
      $0.put("b", by: 1, version: 1, level: "committed")
    },
    Case("a client misses its write", .readYourWrites, .violated) {
      $0.put("a", by: 1)
      $0.put("b", by: 1)
      $0.get("a", by: 1)
    },
    Case("another client wrote since", .readYourWrites, .holds) {
      $0.put("a", by: 1)
      $0.put("b", by: 2)
      $0.get("b", by: 1)
    },
    Case("a client misses its write in the cache", .readYourWrites, .holds) {
      $0.put("a", by: 1)
      $0.get(nil, by: 1, level: "cache")
    },
    Case("a client reads backwards", .monotonicReads, .violated) {
      $0.put("a")
      $0.put("b")
      $0.get("b")
      $0.get("a")
    },
    Case("two clients read", .monotonicReads, .holds) {
      $0.put("a")
      $0.put("b")
      $0.get("b")
      $0.get("a", by: 2)
    },
    Case("a client's writes change places", .monotonicWrites, .violated) {
      $0.put("a", version: 2, level: "committed")
      $0.put("b", version: 1, level: "committed")
    },
    Case("a client's writes keep their places", .monotonicWrites, .holds) {
      $0.put("a", version: 1, level: "committed")
      $0.put("b", version: 2, level: "committed")
    },
    Case("a write before what was read", .writesFollowReads, .violated) {
      $0.put("a", version: 5, level: "committed")
      $0.get("a", version: 5)
      $0.put("b", by: 1, version: 4, level: "committed")
    },
    Case("a write after what was read", .writesFollowReads, .holds) {
      $0.put("a", version: 5, level: "committed")
      $0.get("a", version: 5)
      $0.put("b", by: 1, version: 6, level: "committed")
    },
    Case("a version goes back", .versions, .violated) {
      $0.get(nil, version: 3)
      $0.get(nil, by: 2, version: 2)
    },
    Case("a version stays", .versions, .holds) {
      $0.get(nil, version: 3)
      $0.get(nil, by: 2, version: 3)
    },
    Case("a cached version goes back", .versions, .holds) {
      $0.get(nil, version: 3)
      $0.get(nil, by: 2, version: 2, level: "cache")
    },
    Case("a version for two values", .versions, .violated) {
      $0.put("a", version: 1, level: "committed")
      $0.put("b", by: 1, version: 1, level: "committed")
    },
    Case("the cache disagrees in the end", .convergence, .violated) {
      $0.put("a")
      $0.put("b")
      $0.get("b", level: "final")
      $0.get("a", level: "final-cache")
    },
    Case("a write goes on between the final reads", .convergence, .holds) {
      $0.begin("put", "a", by: 0)
      $0.get(nil, level: "final")
      $0.end("put", "a", by: 0)
      $0.get("a", level: "final-cache")
    },
    Case("the cache agrees in the end", .convergence, .holds) {
      $0.put("a")
      $0.get("a", level: "final")
      $0.get("a", level: "final-cache")
    },
    Case("a stale read is not linearizable", .linearizability, .violated) {
      $0.put("a")
      $0.put("b")
      $0.get("a")
    },
    Case("a deposed leader's answer", .linearizability, .violated) {
      $0.put("a", level: "committed")
      $0.delete(level: "committed")
      $0.get("a", level: "linearizable")
    },
    Case("a queued write comes late", .linearizability, .holds) {
      $0.put("a", level: "queued")
      $0.get(nil, level: "linearizable")
      $0.get("a", level: "linearizable")
    },
    Case("a cached read is not bound by real time", .linearizability, .holds) {
      $0.put("a", level: "committed")
      $0.get(nil, level: "cache")
      $0.get("a", level: "linearizable")
    },
  ]

  @Test(arguments: cases)
  func decides(_ example: Case) throws {
    var builder = HistoryBuilder()
    example.build(&builder)
    let report = try ConsistencyChecker().check(builder.events)
    let outcome = try #require(report[example.check])
    #expect(outcome.verdict == example.verdict, "\(report.checks)")
    #expect((outcome.violations > 0) == (example.verdict == .violated))
    if example.verdict == .violated {
      #expect(report.verdict == .violated)
      #expect(outcome.findings.first?.operations.isEmpty == false)
    }
  }

  @Test func aLostWriteIsNamed() throws {
    var builder = HistoryBuilder()
    builder.put("a", by: 4, level: "queued", operation: "op-17")
    builder.get(nil, level: "final")
    let report = try ConsistencyChecker().check(builder.events)
    let operation = try #require(report[.lostWrites]?.findings.first?.operations.first)
    #expect(
      operation.operation == "op-17" && operation.key == "k" && operation.input == "\"a\"" && operation.process == 4)
    #expect(operation.callNanoseconds == 0 && operation.returnNanoseconds == 1_000_000)
  }

  /// Not the first write of the key, which was overwritten in order, but the last one before its versions began again.
  @Test func ofACoveredLossTheErasedWriteIsNamed() throws {
    var builder = HistoryBuilder()
    for (value, version) in [("a", 1), ("b", 2), ("c", 1)] {
      builder.put(value, level: "queued", operation: "o-\(value)")
      builder.audit("o-\(value)", true, version: Int64(version))
    }
    builder.get("c", version: 1, level: "final")
    let findings = try #require(try ConsistencyChecker().check(builder.events)[.lostWrites]?.findings)
    #expect(findings.map { $0.operations.first?.operation } == ["o-b"])
  }

  @Test(arguments: [(Duration.milliseconds(1), Verdict.violated), (.seconds(1), .holds)])
  func aCachedReadMayBeAsOldAsTheCacheKeepsIt(timeToLive: Duration, verdict: Verdict) throws {
    var builder = HistoryBuilder()
    builder.put("a")
    builder.put("b")
    builder.put("x", key: "other")
    builder.put("y", key: "other")
    builder.get("a", level: "cache")
    let report = try ConsistencyChecker(options: CheckOptions(cacheTimeToLive: timeToLive)).check(builder.events)
    let stale = try #require(report[.staleReads])
    #expect(stale.verdict == verdict)
    #expect(stale.numbers["staleReads.cache"] == 1 && stale.numbers["ageMaxMilliseconds.cache"] == 5)
  }
}
