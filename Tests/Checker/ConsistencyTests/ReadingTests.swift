import Foundation
import History
import Testing

@testable import Consistency

/// What is not understood is never "held": it is refused, or unknown, and the same whichever way it is read.
@Suite struct ReadingTests {
  /// A history of a few operations in one of the formats.
  struct Notation: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var text: @Sendable ([Line]) -> String
  }

  struct Line: Sendable {
    var process: Int
    var type: String
    var function: String
    var key: String?
    /// As JSON has it, which for these is EDN too.
    var value = "nil"

    var json: String {
      let key = key.map { #","key":"\#($0)""# } ?? ""
      return
        #"{"process":\#(process),"type":"\#(type)","f":"\#(function)"\#(key),"value":\#(value == "nil" ? "null" : value)}"#
    }
    var edn: String {
      "{:process \(process), :type :\(type), :f :\(function)\(key.map { ", :key \"\($0)\"" } ?? ""), :value \(value)}"
    }
    /// The key in the value, as Jepsen's logs have it.
    var pair: String { key.map { "[\"\($0)\" \(value)]" } ?? value }
    var log: String { "\(process)\t:\(type)\t:\(function)\t\(pair)" }
  }

  static let notations = [
    Notation(testDescription: "JSON Lines") { $0.map(\.json).joined(separator: "\n") + "\n" },
    Notation(testDescription: "JSON array") { "[\($0.map(\.json).joined(separator: ",\n"))]" },
    Notation(testDescription: "EDN") { $0.map(\.edn).joined(separator: "\n") },
    Notation(testDescription: "EDN vector") { "[\($0.map(\.edn).joined(separator: "\n"))]" },
    Notation(testDescription: "history.txt") { $0.map(\.log).joined(separator: "\n") + "\n" },
    Notation(testDescription: "log") { $0.map { "INFO [worker] jepsen.util: \($0.log)\n" }.joined() },
  ]

  /// What a check says, streamed and as a whole, which has to be the same.
  private func outcome(_ text: String, options: CheckOptions = CheckOptions()) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("reading-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    // A model that is not streamed; and short and long files, which are read on one thread and on two.
    let padding = String(repeating: " \n", count: 40_000)
    var said: [String] = []
    for text in [text, padding + text] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      do {
        said.append(try ConsistencyChecker(options: options).check(path: path).verdict.rawValue)
      } catch {
        said.append("\(error)".replacing(path, with: "history"))
      }
    }
    let first = said[0]
    #expect(said.allSatisfy { $0.hasPrefix("history:") || $0 == first }, "\(said)")
    return first
  }

  private static let write = Line(process: 0, type: "invoke", function: "write", key: "a", value: "1")
  private static func line(_ process: Int, _ type: String, _ function: String, _ key: String?, _ value: String = "nil")
    -> Line
  {
    Line(process: process, type: type, function: function, key: key, value: value)
  }

  @Test(arguments: notations, [true, false])
  func aCompletionOfAnotherKeyIsNoHistory(notation: Notation, isDecidedStreaming: Bool) throws {
    let start =
      isDecidedStreaming
      ? [] : [Self.line(9, "invoke", "cas", "z", "[1,2]"), Self.line(9, "fail", "cas", "z", "[1,2]")]
    let read = [Self.line(5, "invoke", "read", "a"), Self.line(5, "ok", "read", "a")]
    let good = start + read + [Self.write, Self.line(0, "ok", "write", "a", "1")]
    #expect(try outcome(notation.text(good)) == "true")
    let otherKey = try outcome(notation.text(start + read + [Self.write, Self.line(0, "ok", "write", "b", "1")]))
    #expect(otherKey.contains("process 0 completes write of key b, but invoked write of key a"), "\(otherKey)")
    let otherFunction = try outcome(notation.text(start + read + [Self.write, Self.line(0, "ok", "read", "a", "7")]))
    #expect(otherFunction.contains("process 0 completes read of key a, but invoked write of key a"), "\(otherFunction)")
    let sameValue = try outcome(notation.text(start + read + [Self.write, Self.line(0, "ok", "read", "a", "1")]))
    #expect(sameValue == otherFunction)
    for type in ["fail", "info"] {
      let failed = try outcome(notation.text(start + read + [Self.write, Self.line(0, type, "write", "b", "1")]))
      #expect(failed.contains("completes write of key b"), "\(failed)")
    }
  }

  @Test(arguments: notations.prefix(4))
  func aKeyThatOnlyTheCompletionNamesIsRefused(notation: Notation) throws {
    let lines = [
      Self.line(0, "invoke", "write", nil, "1"), Self.line(0, "ok", "write", "a", "1"),
      Self.line(1, "invoke", "read", nil),
      Self.line(1, "ok", "read", "b", "1"),
    ]
    #expect(try outcome(notation.text(lines)).contains("completes write of key a, but invoked write without a key"))
    // The other way round says nothing else.
    let other = [Self.write, Self.line(0, "ok", "write", nil, "1")]
    #expect(try outcome(notation.text(other)) == "true")
  }

  /// The record is asked by the operation id: one write has one.
  @Test func aCompletionOfAnotherOperationIdIsNoHistory() throws {
    func history(_ completed: String?) -> String {
      let id = completed.map { #","operation":"\#($0)""# } ?? ""
      return """
        {"process":0,"type":"invoke","f":"put","key":"a","value":1,"operation":"o","level":"queued"}
        {"process":0,"type":"ok","f":"put","key":"a","value":1\(id),"level":"queued"}
        {"process":1,"type":"invoke","f":"operation","operation":"o"}
        {"process":1,"type":"ok","f":"operation","value":true,"operation":"o"}

        """
    }
    let other = try outcome(history("p"))
    #expect(
      other.contains("completes put of key a as operation p, but invoked put of key a as operation o"), "\(other)")
    for same in [nil, "o"] { #expect(try outcome(history(same)) == "true") }
  }

  /// It leaves convergence unknown, however the history is read.
  @Test(arguments: ["ok", "fail", "info", nil])
  func aFinalReadHasToBeAnswered(type: String?) throws {
    let read = #"{"process":1,"f":"read","key":"a","level":"final","type":"#
    var text = Self.notations[0].text([Self.write, Self.line(0, "ok", "write", "a", "1")]) + read + "\"invoke\"}\n"
    if let type { text += read + "\"\(type)\",\"value\":1}\n" }
    #expect(try outcome(text) == (type == "ok" ? "true" : "unknown"))
    #expect(try outcome(text, options: CheckOptions(initial: .null)) == (type == "ok" ? "true" : "unknown"))
  }

  /// What was written has to be somewhere: in a field of another name it would be taken for null.
  @Test(arguments: [
    (#"{"process":0,"type":"invoke","f":"write"}"#, #"{"process":0,"type":"ok","f":"write","val":7}"#),
    ("{:process 0, :type :invoke, :f :write}", "{:process 0, :type :ok, :f :write, :op/value 7}"),
    (#"[{"process":0,"type":"invoke","f":"write"}"#, #",{"process":0,"type":"ok","f":"write"}]"#),
    ("{:process 0, :type :invoke, :f :add}", "{:process 0, :type :ok, :f :add}"),
  ])
  func aWriteWithoutAValueIsRefused(invocation: String, completion: String) throws {
    let bare = try outcome(invocation + "\n" + completion)
    #expect(bare.contains("event 1: ") && bare.contains("has a value"), "\(bare)")
    // Null is a value, and one of the two has to say it.
    let value = invocation.contains(":f") ? ", :value nil}" : #","value":null}"#
    #expect(try outcome("\(invocation.dropLast())\(value)\n\(completion)") == "true")
    // What was not done, or has no value, says enough.
    let lines = invocation + "\n" + completion
    #expect(try outcome(lines.replacing("\"ok\"", with: "\"fail\"").replacing(":ok", with: ":fail")) == "unknown")
    #expect(try outcome(lines.replacing("write", with: "delete").replacing("add", with: "delete")) == "true")
  }

  /// What was answered has to be said: in a field of another name it would be taken for nothing.
  @Test(arguments: ["read", "dequeue", "contains", "drain"], [false, true])
  func anAnswerWithoutAValueIsRefused(function: String, isInvokedWithNull: Bool) throws {
    let value = isInvokedWithNull ? ",\"value\":null" : ""
    let json = [
      #"{"process":0,"type":"invoke","f":"\#(function)"\#(value)}"#, #"{"process":0,"type":"ok","f":"\#(function)"}"#,
    ]
    let edn = [
      "{:process 0, :type :invoke, :f :\(function)\(isInvokedWithNull ? ", :value nil" : "")}",
      "{:process 0, :type :ok, :f :\(function)}",
    ]
    for text in [json.joined(separator: "\n"), "[\(json.joined(separator: ","))]", edn.joined(separator: "\n")] {
      let bare = try outcome(text)
      #expect(bare.contains("event 1: `\(function)` was answered, but the event has no value"), "\(bare)")
      // What was not answered has nothing to say.
      let unanswered = text.replacing("\"ok\"", with: "\"info\"").replacing(":ok", with: ":info")
      #expect(try outcome(unanswered) == "unknown")
    }
    let answered = json[0] + "\n" + json[1].dropLast() + ",\"value\":null}"
    #expect(try outcome(answered) == (["read", "dequeue"].contains(function) ? "true" : "unknown"))
  }

  @Test(arguments: notations)
  func aProcessHasOneOperationAtATime(notation: Notation) throws {
    let lines = [Self.write, Self.line(0, "invoke", "read", "a"), Self.line(0, "ok", "read", "a")]
    #expect(
      try outcome(notation.text(lines)).contains(
        "event 1: process 0 invokes read while its operation of event 0 is open"))
    // After info the same number may go on: some recorders do not count up.
    let next = [
      Self.write, Self.line(0, "info", "write", "a", "1"), Self.line(0, "invoke", "read", "a"),
      Self.line(0, "ok", "read", "a", "1"),
    ]
    #expect(try outcome(notation.text(next)) == "true")
  }

  @Test(arguments: [
    #"{"process":"nemesis","type":"info","f":"start"}"#, "{:process :nemesis, :type :info, :f :start}",
    ":nemesis\t:info\t:start\tnil\n",
    #"[{"process":"nemesis","type":"info","f":"start"}]"#, #"{"process":4,"type":"info","f":"log"}"#,
  ])
  func aHistoryWithoutAnOperationIsRefused(text: String) throws {
    for options in [CheckOptions(), CheckOptions(model: .queue)] {
      #expect(try outcome(text, options: options).contains("no operation of a client"))
    }
  }

  @Test(arguments: ["", "\n", "{\"error\":\"not found\"}", "{:error 404}", "oops"])
  func whatHasNoEventIsRefused(text: String) throws {
    for options in [CheckOptions(), CheckOptions(model: .queue)] {
      #expect(try outcome(text, options: options).contains("expected"))
    }
  }

  /// Values of every kind: what was written is read, what was not is not, in every format that has the kind.
  @Test(arguments: [
    ("{\"a\":1}", "{\"a\":2}"), ("1.5", "\"1.5\""), ("18446744073709551615", "18446744073709551614"), ("[1]", "[[1]]"),
    ("[null]", "[]"), ("\"\\ud800\"", "\"\\ud801\""), ("true", "\"true\""), ("1", "\"1\""), ("{}", "[]"),
  ])
  func valuesOfEveryKindAreToldApart(written: String, other: String) throws {
    for notation in Self.notations.prefix(2) {
      func history(_ read: String) -> String {
        notation.text([
          Self.line(0, "invoke", "write", "a", written), Self.line(0, "ok", "write", "a", written),
          Self.line(1, "invoke", "read", "a"), Self.line(1, "ok", "read", "a", read),
        ])
      }
      #expect(try outcome(history(written)) == "true")
      #expect(try outcome(history(other)) == "false")
    }
  }

  @Test(arguments: [
    (":a", "\"a\""), ("{:a 1}", "{:a 2}"), ("{:a 1}", "nil"), ("#{1 2}", "[1 2]"), ("1", "1.0"), (#"\a"#, "a"),
  ])
  func valuesOfEDNAreToldApart(written: String, other: String) throws {
    for notation in Self.notations[2...] {
      func history(_ read: String) -> String {
        notation.text([
          Self.line(0, "invoke", "write", "k", written), Self.line(0, "ok", "write", "k", written),
          Self.line(1, "invoke", "read", "k"), Self.line(1, "ok", "read", "k", read),
        ])
      }
      #expect(try outcome(history(written)) == "true")
      #expect(try outcome(history(other)) == "false")
    }
  }

  /// However the history is read: what is checked on the way begins with absence.
  @Test(arguments: notations)
  func anInitialValueIsNotAbsence(notation: Notation) throws {
    let text = notation.text([Self.line(0, "invoke", "read", "a"), Self.line(0, "ok", "read", "a")])
    #expect(try outcome(text) == "true")
    #expect(try outcome(text, options: CheckOptions(initial: .integer(0))) == "false")
  }

  @Test func keysOfTuplesAreChosen() throws {
    let text = """
      {:process 0, :type :invoke, :f :write, :value [1 2]}
      {:process 0, :type :ok, :f :write, :value [1 2]}
      {:process 0, :type :invoke, :f :write, :value [3 4]}
      {:process 0, :type :ok, :f :write, :value [3 4]}
      {:process 1, :type :invoke, :f :read, :value nil}
      {:process 1, :type :ok, :f :read, :value [1 2]}
      """
    #expect(try outcome(text) == "false")
    #expect(try outcome(text, options: CheckOptions(keys: ValueKeys.none)) == "false")
    #expect(try outcome(text, options: CheckOptions(keys: .tuple)).contains("--keys none"))
  }

  // MARK: Limits

  /// A limit that is reached while reading is unknown, whatever has been read by then.
  @Test(arguments: [nil, Model.queue])
  func aSilentPipeEndsByTheTimeLimit(model: Model?) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString)").path
    try #require(mkfifo(path, 0o600) == 0)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try ConsistencyChecker(options: CheckOptions(model: model, timeout: .milliseconds(50))).check(
      path: path)
    #expect(report.verdict == .unknown && report.notes.contains { $0.contains("time limit") })
  }

  @Test(arguments: [
    "{\"process\":0,\"type\":\"ok\",\"value\":\"" + String(repeating: "x", count: 40 << 20),
    "[" + String(repeating: "{\"process\":0,", count: 3 << 20),
    "{:process 0, :x [" + String(repeating: "1 ", count: 20 << 20),
  ])
  func aRecordThatDoesNotFitIsUnknown(text: String) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("long-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let limit = ProcessMemory.residentBytes + (8 << 20)
    let report = try ConsistencyChecker(options: CheckOptions(memoryLimitBytes: limit)).check(path: path)
    #expect(report.verdict == .unknown && report.notes.contains { $0.contains("memory limit") })
  }

  // MARK: Rendering

  /// A key and values that would be live in a page or on a terminal.
  @Test func nothingOfAHistoryIsLiveWhereItIsShown() throws {
    let evil = "\u{600}<script>alert(1)</script>\u{1B}[31m\u{202E}\u{9B}x"
    var history = HistoryBuilder()
    history.put(evil, key: evil)
    history.put("b", key: evil)
    history.get(evil, key: evil)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("evil-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HistoryFile(path: path)
    for event in history.events { try file.append(event) }
    try file.close()
    let checker = ConsistencyChecker()
    let report = try checker.check(path: path)
    #expect(report.verdict == .violated)
    let page = TimelinePage(report, timeline: try checker.timeline(path: path, report: report), name: evil).html
    #expect(page.components(separatedBy: "alert(1)").count > 2)
    let scripts = page.unicodeScalars.split(separator: "<").filter { $0.starts(with: "script".unicodeScalars) }
    #expect(scripts.count == 1)
    for text in [page, ReportText(report, name: evil).description] {
      #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{9B}", "\u{600}"].contains($0) })
    }
  }

  /// Times at both ends of what 64 bits hold, with a stale read, in every format, check and picture.
  @Test(arguments: [Int64.min, Int64.min + 1, 0], [Int64.max, Int64.max - 1, Int64.min])
  func extremeTimesCrashNothing(first: Int64, last: Int64) throws {
    for level in [nil, "cache"] {
      let level = level.map { ",\"level\":\"\($0)\"" } ?? ""
      let text = """
        {"process":"nemesis","type":"info","f":"kill","value":"n1","time":\(first)}
        {"process":0,"type":"invoke","f":"write","value":1,"key":"a","time":\(first)}
        {"process":0,"type":"ok","f":"write","value":1,"key":"a","time":\(first)}
        {"process":0,"type":"invoke","f":"write","value":2,"key":"a","time":\(first)}
        {"process":0,"type":"ok","f":"write","value":2,"key":"a","time":\(first)}
        {"process":1,"type":"invoke","f":"read","key":"a","time":\(last)\(level)}
        {"process":1,"type":"ok","f":"read","value":1,"key":"a","time":\(last)\(level)}
        {"process":1,"type":"invoke","f":"write","key":"a","value":3,"time":\(last)}

        """
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("times-\(UUID().uuidString)").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      for ttl in [nil, Duration.seconds(1), .zero] {
        let checker = ConsistencyChecker(options: CheckOptions(cacheTimeToLive: ttl))
        let report = try checker.check(path: path)
        _ = ReportText(report, name: "x").description
        _ = TimelinePage(report, timeline: try checker.timeline(path: path, report: report), name: "x").html
        _ = try JSONEncoder().encode(report)
      }
    }
  }
}
