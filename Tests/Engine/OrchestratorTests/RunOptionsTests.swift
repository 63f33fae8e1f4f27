import Consistency
import History
import Testing

@testable import Orchestrator

/// Every run is held to P4: a cached read may be as old as the cache keeps its entries, and 10 s more.
@Suite struct RunOptionsTests {
  @Test(arguments: [(69, Verdict.holds), (71, .violated)])
  func cachedReadsHaveABound(age: Int, verdict: Verdict) throws {
    var events: [Event] = []
    func add(_ seconds: Int, _ kind: Event.Kind, _ function: String, _ value: Value, _ level: String) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: Int64(seconds) * 1_000_000_000, process: .client(0), kind: kind,
          function: function, key: "k", value: value, level: level))
    }
    for value in ["old", "new"] {
      for kind in [Event.Kind.invoke, .ok] { add(0, kind, "put", .string(value), "committed") }
    }
    add(age, .invoke, "get", .null, "cache")
    add(age, .ok, "get", .string("old"), "cache")
    let options = RunOptions(resultsRoot: "").checks(cacheTimeToLive: .seconds(60))
    #expect(try ConsistencyChecker(options: options).check(events).verdict == verdict)
  }
}
