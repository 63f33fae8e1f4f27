import Foundation
import History
import Testing

@testable import Consistency

/// The checker that is fed while a run records.
@Suite struct OnlineTests {
  @Test func whatIsCheckedOnlineIsWhatIsCheckedAfterwards() throws {
    let online = OnlineChecker()
    var builder = HistoryBuilder()
    builder.put("a")
    builder.get("a")
    for event in builder.events { online.record(event) }
    #expect(try online.report().verdict == .holds)
    let known = builder.events.count
    builder.put("b")
    builder.get("a")
    for event in builder.events[known...] { online.record(event) }
    let report = try online.report()
    var afterwards = try ConsistencyChecker().check(builder.events)
    (afterwards.seconds, afterwards.peakMemoryBytes) = (report.seconds, report.peakMemoryBytes)
    afterwards.keys[0].seconds = report.keys[0].seconds
    #expect(report == afterwards && report.verdict == .violated && online.count == 8)
  }

  /// Many clients append to one history that feeds the checker; one of them reads a value that was never written.
  @Test(arguments: [false, true])
  func whatManyClientsRecordIsCheckedAsTheFileIs(isBroken: Bool) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("online-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let online = OnlineChecker()
    let writer = try HistoryWriter(path: path, observer: online.record)
    await withTaskGroup(of: Void.self) { group in
      for client in 0..<8 {
        group.addTask {
          for number in 0..<100 {
            let (key, value) = ("k\(client)", Value.string("v\(client)-\(number)"))
            for kind in [Event.Kind.invoke, .ok] {
              _ = try? writer.append(process: .client(client), kind: kind, function: "put", key: key, value: value)
            }
            for kind in [Event.Kind.invoke, .ok] {
              let read =
                kind == .invoke ? .null : isBroken && client == 3 && number == 50 ? .string("never written") : value
              _ = try? writer.append(process: .client(client), kind: kind, function: "get", key: key, value: read)
            }
          }
        }
      }
    }
    try writer.close()
    let report = try online.report()
    #expect(report.verdict == (isBroken ? .violated : .holds))
    #expect(report.events == 3200 && report.events == writer.count)
    #expect(report.verdict == (try ConsistencyChecker().check(path: path).verdict))
  }

  @Test func whatIsNoHistoryIsToldAtTheEnd() {
    let online = OnlineChecker()
    online.record(Event(index: 0, timeNanoseconds: 0, process: .client(1), kind: .ok, function: "get"))
    online.record(Event(index: 1, timeNanoseconds: 0, process: .client(2), kind: .invoke, function: "get"))
    #expect(throws: ConsistencyError.completionWithoutInvocation(index: 0, process: 1)) { try online.report() }
  }
}
