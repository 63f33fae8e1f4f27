import Foundation
import History
import Testing

@testable import Consistency

/// Keys compare as values, however the history comes to the checker.
@Suite struct KeyTests {
  private func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static func history(_ written: String, _ read: String) -> String {
    """
    {"process":0,"type":"invoke","f":"write","key":\(written),"value":"a"}
    {"process":0,"type":"ok","f":"write","key":\(written),"value":"a"}
    {"process":0,"type":"invoke","f":"read","key":\(read)}
    {"process":0,"type":"ok","f":"read","key":\(read),"value":null}

    """
  }

  /// Two keys hold, one key does not.
  @Test(arguments: [
    ("1", "\"1\"", Verdict.holds), ("1", "1.0", .violated), ("1.5", "\"1.5\"", .holds), ("true", "\"true\"", .holds),
    ("[1]", "\"[1]\"", .holds), ("{\"a\":1}", "{\"a\":1}", .violated), ("\"\\ud800\"", "\"\\\\ud800\"", .holds),
    ("\"\\ud800\"", "\"\\ud800\"", .violated), ("\"a\"", "\"a\"", .violated),
  ])
  func areToldApart(written: String, read: String, verdict: Verdict) throws {
    let path = try file(Self.history(written, read))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let checker = ConsistencyChecker()
    #expect(try checker.check(path: path).verdict == verdict)
    let events = try RecordedHistory(path: path).events
    #expect(try checker.check(events).verdict == verdict)
    // And as they are written down again.
    let copy = path + ".copy"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let writer = try HistoryWriter(path: copy)
    for event in events { _ = try writer.append(event) }
    try writer.close()
    #expect(try RecordedHistory(path: copy).events.map(\.keyValue) == events.map(\.keyValue))
    #expect(try checker.check(path: copy).verdict == verdict)
  }

  @Test func aNameMakesAKeyAString() {
    var event = Event(index: 0, timeNanoseconds: 0, process: .client(0), kind: .invoke, function: "read")
    event.keyValue = .integer(1)
    #expect(event.key == "1" && event.keyValue == .integer(1))
    event.key = "1"
    #expect(event.keyValue == .string("1"))
    event.keyValue = nil
    #expect(event.key == nil)
  }

  /// Of two keys with one name the picture is of the violated one.
  @Test func thePictureIsOfTheRightKey() throws {
    let path = try file(Self.history("1", "\"1\"") + Self.history("1", "1"))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try ConsistencyChecker().check(path: path)
    #expect(report.verdict == .violated)
    let timeline = try ConsistencyChecker().timeline(path: path, report: report)
    #expect(timeline.operations.map(\.index) == [0, 4, 6])
  }
}
