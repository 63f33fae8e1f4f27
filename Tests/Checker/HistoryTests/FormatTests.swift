import Foundation
import Testing

@testable import History

/// What people really have: the formats of other tools, and what is none of them.
@Suite struct FormatTests {
  private func file(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("format-\(UUID().uuidString)").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func scan(_ text: String, keys: ValueKeys? = nil) throws -> (events: [Event], summary: HistoryScanner.Summary)
  {
    try scan(Array(text.utf8), keys: keys)
  }

  private func scan(
    _ bytes: [UInt8], keys: ValueKeys? = nil
  ) throws -> (events: [Event], summary: HistoryScanner.Summary) {
    let path = try file(bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var scanner = try HistoryScanner(path: path, keys: keys)
    var compact: [CompactEvent] = []
    try scanner.scan { block, _ in
      compact += block
      return true
    }
    return (compact.enumerated().map { scanner.symbols.event($1, index: $0) }, scanner.summary)
  }

  private func failure(_ text: String, keys: ValueKeys? = nil) -> String { failure(Array(text.utf8), keys: keys) }

  private func failure(_ bytes: [UInt8], keys: ValueKeys? = nil) -> String {
    do {
      return "no error, \(try scan(bytes, keys: keys).events.count) events"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Jepsen's texts

  static let historyText =
    "0\t:invoke\t:write\t1\n1\t:invoke\t:read\tnil\n:nemesis\t:info\t:start\t{:a 1}\n0\t:ok\t:write\t1\n"
    + "1\t:info\t:read\tnil\t:timeout\n"

  @Test func historyTextIsALogOfNothingElse() throws {
    let (events, summary) = try scan(Self.historyText)
    #expect(summary.format == .textLog)
    #expect(events.map(\.process) == [.client(0), .client(1), .nemesis, .client(0), .client(1)])
    #expect(events[3].value == .integer(1) && events[4].error == ":timeout" && events[4].value == .null)
    // Every line has to be an operation.
    for line in [
      "hello", "0", "0\t:ok", "x\t:ok\t:read\t1", "0\t:maybe\t:read\t1", "0\t:ok\tread\t1", "0\t:ok\t:read\t[",
    ] {
      #expect(failure(Self.historyText + line + "\n").contains(":6: expected"), "\(line)")
    }
  }

  /// What another name stands for is not known: it may be a client's.
  @Test(arguments: [
    "{:process :clock, :type :info, :f :bump}", "{:process \"n1\", :type :invoke, :f :read, :value nil}",
    "{:process :nemesis/b, :type :info, :f :start}", "{:process nil, :type :info, :f :start}",
    "{\"process\":\"clock\",\"type\":\"info\",\"f\":\"bump\"}", "{\"process\":-1,\"type\":\"info\",\"f\":\"bump\"}",
    "2026-01-01 10:00:01,001{GMT}\tINFO\t[jepsen nemesis] jepsen.util: :clock\t:info\t:bump\tnil\n",
  ])
  func otherNamedProcessesAreRefused(text: String) {
    let failure = failure(text)
    #expect(failure.contains("expected a process: a number from 0 for each client, or "), "\(failure)")
    #expect(failure.contains("nemesis\" for the fault injector") || failure.contains(":nemesis for the"))
  }

  /// Jepsen writes a keyword; what was made from JSON has a string.
  @Test(arguments: [":nemesis", "\"nemesis\""])
  func theNemesisIsAKeywordOrAString(name: String) throws {
    let events = try scan("{:process \(name), :type :info, :f :start}").events
    #expect(events.map(\.process) == [.nemesis])
  }

  static let logHead = """
    2026-01-01 10:00:00,000{GMT}\tINFO\t[jepsen test runner] jepsen.core: Running test:
    {:name "t",
     :nodes ["n1"]}
    2026-01-01 10:00:00,500{GMT}\tWARN\t[main] jepsen.util: Waiting for 5 things

    """

  @Test(arguments: ["jepsen.util:", "jepsen.print:", "jepsen.util -"], [false, true])
  func logsSinceHaveOtherLinesBetween(logger: String, isKeyed: Bool) throws {
    func line(_ process: String, _ rest: String) -> String {
      "2026-01-01 10:00:01,001{GMT}\tINFO\t[jepsen worker \(process)] \(logger) \(process)\t\(rest)\n"
    }
    func value(_ text: String) -> String { isKeyed ? "[\"a\" \(text)]" : text }
    let log =
      Self.logHead + line("0", ":invoke\t:write\t\(value("1"))") + " at some.Java (Line.java:1)\n"
      + line(":nemesis", ":info\t:start\t{:n1 \"x\"}") + line("0", ":ok\t:write\t\(value("1"))")
      + line("1", ":invoke\t:read\t\(value("nil"))") + line("1", ":ok\t:read\t\(value("nil"))")
    let (events, summary) = try scan(log)
    #expect(summary.format == .textLog && summary.events == 5)
    #expect(events[0].value == .integer(1) && events[4].value == .null && events[1].process == .nemesis)
    #expect(events.filter { $0.process != .nemesis }.allSatisfy { $0.key == (isKeyed ? "a" : nil) })
    // What has the type of an operation is one, and has to be right.
    #expect(failure(log + line(":A", ":ok\t:read\t1")).contains("a process"))
    #expect(failure(log + line("1", ":ok\t:read\t1 2")).contains("one value"))
    #expect(failure(log + line("1", ":ok\t:read")).contains("a value"))
    // Behind another logger it would be stepped over. Anything less is not taken for one.
    let other = line("1", ":ok\t:read\t1").replacing(logger, with: "jepsen.core:")
    #expect(failure(log + other).contains("the logger jepsen.util or jepsen.print before an operation"))
    #expect(try scan(log + "WARN jepsen.core: process 1 :ok 5 :read\n").events.count == 5)
  }

  @Test func anErrorBehindTheValueIsTheError() throws {
    let events = try scan(
      "INFO jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO jepsen.util - 0\t:fail\t:cas\t[1 2]\tno such\n"
    ).events
    #expect(events[1].value == .list([.integer(1), .integer(2)]) && events[1].error == "no such")
  }

  // MARK: JSON arrays

  static let array =
    #"[{"process":0,"type":"invoke","f":"write","value":[1,"]}"]},{"process":0,"type":"ok","f":"write"}]"#

  @Test(arguments: [
    array, array.replacing("},{", with: "},\n{"), array.replacing(",", with: " ,\n\t "), "\n\n " + array + "\n\n",
    array.replacing("[{", with: "[\r\n{\r\n"),
  ])
  func arraysOfOperationMaps(text: String) throws {
    let (events, summary) = try scan(text)
    #expect(summary.format == .jsonArray && summary.truncatedLine == nil)
    #expect(events.count == 2 && events[0].function == "write" && events[1].kind == .ok)
  }

  @Test func arraysAreReadPieceByPiece() throws {
    let bytes = Array(Self.array.utf8)
    for cut in bytes.indices {
      var splitter = JSONArraySplitter()
      var objects: [[UInt8]] = []
      for piece in [Array(bytes[..<cut]), bytes] {
        try piece.withUnsafeBufferPointer { text in
          while let object = try splitter.next(text) { objects.append(Array(text[object])) }
        }
      }
      #expect(objects.count == 2 && splitter.isComplete, "\(cut)")
      #expect(objects[1] == Array(#"{"process":0,"type":"ok","f":"write"}"#.utf8), "\(cut)")
    }
  }

  @Test func brokenArraysAreNamed() throws {
    #expect(failure(Self.array + "x").contains("nothing behind"))
    #expect(failure("[{\"process\":0,\"type\":\"ok\",\"f\":\"r\"}\n 5]").contains(":2: expected `,` or `]`"))
    #expect(failure("[\n\n{\"process\":0,\"type\":\"okay\",\"f\":\"r\"}]").contains(":3: expected a type"))
    #expect(failure("[{\"a\":1},[]]").contains("the field `type`"))
    #expect(failure("[{}]").contains("the fields type, process and f"))
    #expect(failure("[]").contains("expected a history"))
    #expect(failure("[{\"process\":0,\"type\":\"ok\",\"f\":\"r\",\"value\":\"a\nb\"}]").contains("ends a string"))
  }

  @Test func anArrayCutShortIsSaid() throws {
    for count in 60..<Self.array.utf8.count {
      let (events, summary) = try scan(String(Self.array.prefix(count)))
      #expect(events.count >= 1 && summary.truncatedLine == 1, "\(count)")
    }
  }

  // MARK: Keys in values

  @Test(
    arguments: [
      // A read that asks for a key says so, wherever it comes.
      (["invoke write a 1", "ok write a 1", "invoke read a nil", "ok read a 1"], true),
      // Writes of pairs alone do too; a read without a key says the opposite.
      (["invoke write a 1", "ok write a 1"], true), (["invoke write a 1", "invoke read nil", "ok read a 1"], false),
      (["invoke cas 1 2", "ok cas 1 2"], false), (["invoke cas 1 2", "invoke read nil"], false),
      (["invoke cas 1 2", "invoke read 1 nil"], true),
      (["invoke enqueue a 1", "ok enqueue a 1", "invoke dequeue nil"], false),
      // Nothing is no key, and no list is one: micro-operations, versions.
      (["invoke write nil 1", "ok write nil 1"], false), (["invoke txn [:w 1 2] [:r 1 nil]"], false),
      (["invoke read nil nil", "ok read 1 2"], false), (["invoke acquire a nil"], true),
    ] as [([String], Bool)])
  func valuesArePairsWhereTheHistorySaysSo(lines: [String], areKeyed: Bool) throws {
    func fields(_ line: String) -> (type: String, function: String, value: String) {
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      return (parts[0], parts[1], parts[2])
    }
    func edn(_ value: String) -> String { value == "nil" ? "nil" : "[\(value.replacing("a ", with: ":a "))]" }
    let maps = lines.map { line in
      let (type, function, value) = fields(line)
      return "{:process 1, :type :\(type), :f :\(function), :value \(edn(value))}"
    }
    let log = lines.map { line in
      let (type, function, value) = fields(line)
      return "INFO jepsen.util - 1\t:\(type)\t:\(function)\t\(edn(value))"
    }
    for text in [maps.joined(separator: "\n"), "[\(maps.joined(separator: "\n"))]", log.joined(separator: "\n")] {
      #expect(try scan(text).events[0].hasKey == areKeyed, "\(text)")
      #expect(try scan(text, keys: ValueKeys.none).events.allSatisfy { $0.key == nil })
    }
    guard !lines.contains(where: { $0.contains("[") }) else { return }
    let json = lines.map { line in
      let (type, function, value) = fields(line)
      let list =
        value == "nil"
        ? "null" : "[\(value.replacing("a ", with: "\"a\",").replacing(" ", with: ",").replacing("nil", with: "null"))]"
      return #"{"process":1,"type":"\#(type)","f":"\#(function)","value":\#(list)}"#
    }
    for text in [json.joined(separator: "\n"), "[\(json.joined(separator: ","))]"] {
      // JSON has a field for keys: pairs alone do not say that they hold any.
      let isSaid = areKeyed && lines.contains { $0.hasSuffix(" nil") }
      #expect(try scan(text).events[0].hasKey == isSaid, "\(text)")
    }
  }

  /// Where values are pairs, what is none is not taken for something else.
  @Test func aValueWithoutAKeyAmongPairsIsRefused() throws {
    let good =
      #"{:process 1, :type :invoke, :f :read, :value [:a nil]} {:process 1, :type :ok, :f :read, :value [:a 1]}"#
    #expect(failure(good + "{:process 1, :type :invoke, :f :read, :value nil}").contains("--keys none"))
    #expect(failure(good + "{:process 1, :type :ok, :f :read, :value nil}").contains("--keys none"))
    for value in ["7", "nil"] {
      #expect(failure(good + "{:process 1, :type :invoke, :f :write, :value \(value)}").contains("--keys none"))
    }
    #expect(try scan(good + "{:process 1, :type :info, :f :read, :value :timeout}").events.count == 3)
    #expect(try scan(good + "{:process :nemesis, :type :info, :f :kill, :value 7}").events.count == 3)
  }

  @Test func manyPairsWithoutAReadDoNotWaitForever() throws {
    let line = #"{"process":1,"type":"invoke","f":"write","value":["a",1]}"# + "\n"
    #expect(try scan(String(repeating: line, count: 5000)).events.allSatisfy { !$0.hasKey })
    let map = #"{:process 1, :type :invoke, :f :write, :value ["a" 1]}"# + "\n"
    #expect(try scan(String(repeating: map, count: 5000)).events.allSatisfy { $0.key == "a" })
  }

  // MARK: Times

  @Test(arguments: [
    ("1500", 1500), ("1732.25", 1_732_250_000_000), ("-0.5", -500_000_000), ("1e-3", 1_000_000), ("null", 0),
    ("1732000000.123456789", 1_732_000_000_123_456_789), ("9223372036854775807", Int64.max), ("1e300", Int64.max),
    ("-1e300", Int64.min), ("99999999999999999999", Int64.max), ("-9223372036854775808", Int64.min),
    ("9999999999.9", Int64.max), ("0.1", 100_000_000),
  ])
  func numbersOfTime(text: String, nanoseconds: Int64) throws {
    let json = #"{"process":1,"type":"ok","f":"read","time":\#(text)}"#
    #expect(try scan(json).events[0].timeNanoseconds == nanoseconds)
    #expect(try scan("[\(json)]").events[0].timeNanoseconds == nanoseconds)
    guard text != "null", text != "99999999999999999999" else { return }
    #expect(try scan("{:process 1, :type :ok, :f :read, :time \(text)}").events[0].timeNanoseconds == nanoseconds)
  }

  @Test(arguments: [
    ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z", 500_000_000),
    ("2026-01-01 10:00:00", "2026-01-01 10:00:01", 1_000_000_000),
    ("2026-01-01T10:00:00,123Z", "2026-01-01T10:00:00,124Z", 1_000_000),
    ("2024-02-28T23:59:59Z", "2024-03-01T00:00:00Z", 86_401_000_000_000),
    ("2023-02-28T23:59:59Z", "2023-03-01T00:00:00Z", 1_000_000_000),
    ("2026-01-01T10:00:00+02:00", "2026-01-01T08:00:00Z", 0),
    ("2026-01-01T10:00Z", "2026-01-01T10:01Z", 60_000_000_000),
    ("2026-01-01T10:00:00-0130", "2026-01-01T11:30:00.000000001Z", 1),
  ])
  func textsOfTheCalendarCountFromTheFirst(first: String, second: String, nanoseconds: Int64) throws {
    let lines = [first, second].map { #"{"process":1,"type":"info","f":"read","time":"\#($0)"}"# }
    #expect(try scan(lines.joined(separator: "\n")).events.map(\.timeNanoseconds) == [0, nanoseconds])
    let maps = [first, second].map { #"{:process 1, :type :info, :f :read, :time #inst "\#($0)"}"# }
    #expect(try scan(maps.joined(separator: "\n")).events.map(\.timeNanoseconds) == [0, nanoseconds])
  }

  @Test(arguments: [
    #""noon""#, #""2026-13-01T00:00:00Z""#, #""2026-01-01""#, #""2026-01-01T10:00:00 noon""#, "true", "[1]", "1.5.5",
  ])
  func whatIsNoTimeIsRefused(text: String) {
    #expect(failure(#"{"process":1,"type":"ok","f":"read","time":\#(text)}"#).contains("expected"))
  }

  // MARK: Compression

  private func compressed(_ text: String, by tool: String) throws -> [UInt8] {
    let path = try file(Array(text.utf8))
    defer { for name in [path, path + ".out"] { try? FileManager.default.removeItem(atPath: name) } }
    #expect(FileManager.default.createFile(atPath: path + ".out", contents: nil))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool, "-c", path]
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".out"))
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".out")))
  }

  static let texts = [
    #"{"process":1,"type":"ok","f":"read"}"# + "\n", "[" + #"{"process":1,"type":"ok","f":"read"}"# + "]",
    "{:process 1, :type :ok, :f :read}", "1\t:ok\t:read\tnil\n",
  ]

  @Test(arguments: texts)
  func whatStandsBehindGzip(text: String) throws {
    let bytes = try compressed(text, by: "gzip")
    #expect(try scan(bytes).events.count == 1)
    for zeros in [1, 511, 100_000] { #expect(try scan(bytes + Array(repeating: 0, count: zeros)).events.count == 1) }
    if text.hasSuffix("\n") { #expect(try scan(bytes + [0, 0] + bytes).events.count == 2) }
    #expect(failure(bytes + [0, 0, 1]).contains("damaged"))
    #expect(failure(bytes + Array("junk".utf8)).contains("damaged"))
    for missing in 1..<bytes.count - 4 { #expect(failure(Array(bytes.dropLast(missing))).contains("they end early")) }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd"), "no zstd"), arguments: texts)
  func whatStandsBehindZstandard(text: String) throws {
    let bytes = try compressed(text, by: "zstd")
    #expect(try scan(bytes).events.count == 1)
    #expect(try scan(bytes + [0, 0, 0]).events.count == 1)
    #expect(failure(bytes + Array("junk".utf8)).contains("damaged"))
    for missing in 1..<bytes.count - 4 { #expect(failure(Array(bytes.dropLast(missing))).contains("they end early")) }
  }

  // MARK: What is no history

  @Test(
    arguments: [
      ([], "an empty file"), (Array(" \n\n".utf8), "found none"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], "xz"),
      (Array("BZh91AY".utf8), "bzip2"), ([0x50, 0x4B, 3, 4, 20, 0], "zip archive"),
      ([0xFF, 0xFE, 0x7B, 0, 0x22, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x7B], "UTF-16"),
      (Array("{\u{0}\"\u{0}p\u{0}".utf8), "UTF-16"),
      (Array("<html>".utf8), "HTML"), (Array("\n <?xml".utf8), "HTML or XML"), (Array("%PDF-1.7".utf8), "PDF"),
      (
        Array("a/".utf8) + Array(repeating: 0, count: 255) + Array("ustar\u{0}00".utf8)
          + Array(repeating: 0, count: 300), "tar archive"
      ),
      (Array("{\"error\":\"not found\"}".utf8), "the field `type`"),
      (Array("{\"error\":\"not found\"}\n".utf8), "the field `type`"),
      (Array("{:error \"not found\"}".utf8), "the field :type"), (Array("not found".utf8), "expected a history"),
      (Array("{\"process\":0,\"type\":\"inv".utf8), "half a record"), (Array("{:process 0 :ty".utf8), "a value"),
      (Array("null".utf8), "expected a history"), (Array("\"x\"".utf8), "expected a history"),
      (Array("{\"clientId\":0,\"call\":0,\"return\":10,\"input\":{},\"output\":{}}".utf8), "Porcupine"),
      (Array("[{\"ClientId\":0,\"Input\":1,\"Call\":0,\"Output\":1,\"Return\":10}]".utf8), "Porcupine"),
      (Array("{\"process\":0,\"f\":\"read\",\"start\":0,\"end\":10}".utf8), "two events for each operation"),
      (Array("{:process 0 :f :read :call 0 :return 10}".utf8), "Porcupine"),
      (Array("{\"process\":0,\"type\":\"ok\"}".utf8), "the field `f`"),
    ] as [([UInt8], String)])
  func whatIsNoHistoryIsNamed(bytes: [UInt8], says: String) {
    #expect(failure(bytes).contains(says), "\(failure(bytes))")
  }

  /// Complete and wrong is not cut short: only what ends in the middle is left out.
  @Test(arguments: [
    #"{"process":1,"type":"ok","f":"read"}"# + "\n" + #"{"error":"gone"}"#,
    #"{"process":1,"type":"ok","f":"read"}"# + "\n" + #"{"process":1,"type":"maybe","f":"read"}"#,
    "{:process 1, :type :ok, :f :read}\n{:error :gone}",
    "{:process 1, :type :ok, :f :read}\n{:process 1, :type :may, :f :r}",
  ])
  func aLastRecordThatIsWrongIsNotTakenForCut(text: String) { #expect(failure(text).contains(":2: expected")) }

  @Test(arguments: [
    "{:process 1, :type :ok, :f :read}]", "[{:process 1, :type :ok, :f :read}] {:process 1, :type :ok, :f :read}",
    "[{:process 1, :type :ok, :f :read})", "({:process 1, :type :ok, :f :read}]",
  ])
  func bracketsHaveToMatch(text: String) { #expect(failure(text).contains("expected")) }

  @Test(arguments: ["\"0\"", ":A", "A", "nil", "-1", "1.5", "\"Nemesis\"", "4294967296"])
  func processesOfEDNAreNumbersOrTheNemesis(process: String) {
    #expect(failure("{:type :invoke, :process \(process), :f :write, :value 1}").contains("a process"))
  }
}

extension Event {
  fileprivate var hasKey: Bool { key != nil }
}
