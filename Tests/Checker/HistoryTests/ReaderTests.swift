import Foundation
import Testing

@testable import History

@Suite struct ReaderTests {
  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil)).path
  }

  private func read(_ text: String) throws -> RecordedHistory {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try RecordedHistory(path: url.path)
  }

  @Test(arguments: ["register.jsonl", "register.jsonl.gz", "register.jsonl.zst"])
  func jsonLinesPlainAndCompressed(name: String) throws {
    let history = try RecordedHistory(path: fixture(name))
    #expect(history.format == .jsonLines && history.truncatedLine == nil)
    try #require(history.events.count == 7)
    #expect(
      history.events[3]
        == Event(
          index: 3, timeNanoseconds: 4000, process: .client(0), kind: .ok, function: "put", key: "k1",
          value: .string("v1"), version: 7, operation: "op-0001", level: "committed"))
    #expect(history.events[2].process == .nemesis)
    #expect(history.events[2].value == .list([.string("redis-1"), .string("redis-2")]))
    #expect(history.events[4].value == .null)
    #expect(history.events[6].error == "timeout")
  }

  @Test func ednMapsOneALine() throws {
    let history = try RecordedHistory(path: fixture("register.edn"))
    #expect(history.format == .edn)
    try #require(history.events.count == 5)
    #expect(history.events.map(\.process) == [.client(0), .nemesis, .client(0), .client(1), .client(1)])
    #expect(history.events[3].value == .list([.integer(3), .integer(4)]))
    #expect(history.events.allSatisfy { $0.key == nil })
  }

  @Test func ednVectorWithIndependentKeys() throws {
    let history = try RecordedHistory(path: fixture("independent.edn"))
    try #require(history.events.count == 4)
    #expect(history.events.map(\.key) == [":x", "y", ":x", "y"])
    #expect(history.events[2].value == .integer(5))
    #expect(history.events[3].value == .list([.integer(1), .integer(2)]) && history.events[3].kind == .fail)
  }

  @Test func jepsensLog() throws {
    let history = try RecordedHistory(path: fixture("register.log"))
    #expect(history.format == .textLog)
    try #require(history.events.count == 5)
    #expect(history.events[3].value == .integer(4))
    #expect(history.events[4].kind == .info && history.events[4].error == "timed-out")
    #expect(history.events[2].process == .nemesis)
  }

  /// Some editors and exports put a byte order mark in front.
  @Test(arguments: [
    ("register.jsonl", mark), ("register.edn", mark), ("independent.edn", mark), ("register.log", mark),
    // A member, a frame of the mark alone before that of the history.
    ("register.jsonl.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 3, 0, 0xFC, 0xFF] + mark + markTrailer),
    ("register.jsonl.zst", [0x28, 0xB5, 0x2F, 0xFD, 0x20, 3, 0x19, 0, 0] + mark),
  ])
  func aByteOrderMarkIsNoContent(name: String, prefix: [UInt8]) throws {
    let plain = try fixture(name)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try (Data(prefix) + Data(contentsOf: URL(fileURLWithPath: plain))).write(to: url)
    #expect(try RecordedHistory(path: url.path) == RecordedHistory(path: plain))
  }

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// Its CRC-32, and its length.
  private static let markTrailer: [UInt8] = [0xE1, 0x97, 0x10, 1, 3, 0, 0, 0]

  /// What tells the formats apart may come late, and the first read be short.
  @Test(arguments: [0, 1, 2, 3, 4, 70_000])
  func spaceInFrontHidesNoFormat(count: Int) throws {
    let space = String(repeating: " \n", count: count)
    #expect(try read(space + "{" + space + ":process 1, :type :invoke, :f :read}").format == .edn)
    #expect(try read(space + Self.good).format == .jsonLines)
    #expect(try read(space + "INFO jepsen.util - 1 :invoke :read nil").format == .textLog)
  }

  static let good = #"{"process":1,"type":"invoke","f":"get"}"#

  @Test(arguments: [
    (#"{"process":1,"type":"maybe","f":"get"}"#, "a type"), (#"{"process":-1,"type":"ok","f":"get"}"#, "a process"),
    (#"{"process":"zeus","type":"ok","f":"get"}"#, "a process"), (#"{"process":1,"f":"get"}"#, "the field `type`"),
    (#"{"process":1,"type":"ok"}"#, "the field `f`"), (#"{"type":"ok","f":"get"}"#, "the field `process`"),
    (#"{"process":1,"type":"ok","f":"get","value":{a:1}}"#, "a string"), ("[1,2]", "a JSON object"),
    (#"{"process":1,"type":"ok","f":"get","value":{"a":1,"a":2}}"#, "each name once"),
    (#"{"process":1,"type":"ok","f":"get","value":007}"#, "a number"),
    (#"{"process":1,"type":"ok","f":"get","value":1.}"#, "a number"),
    (#"{"process":1,"type":"ok","f":"get","value":1-2}"#, "`,` or `}`"),
    (#"{"process":1,"type":"ok","f":"get","value":-}"#, "a number"),
    (#"{"process":1,"type":"ok","f":"get","value":nul}"#, "a value"),
    (#"{"process":1,"type":"ok","f":"get","note":tru}"#, "a value"),
    (#"{"process":1,"type":"ok","f":"get","note":[1}}"#, "`,` or `]`"),
    (#"{"process":1,"type":"ok","type":"info","f":"get"}"#, "each field once"),
    (#"{"process":1,"type":"ok","f":"get","value":1,"value":1}"#, "each field once"),
    (#"{"process":1,"type":"ok","f":"get"} {}"#, "one object a line"),
    (#"{"process":1,"type":"ok","f":"get","version":1.5}"#, "an integer"),
    (#"{"process":1,"type":"ok","f":"get","version":-9223372036854775808}"#, "an integer for version, above"),
    (#"{"process":1,"type":"ok","f":"get","v\u0061lue":1,"value":2}"#, "each field once"),
    (#"{"process":1,"type":"ok","f":"get","Value":1}"#, "a field's name in small letters"),
    (#"{"process":1,"type":"ok","f":"get","KEY":"a"}"#, "a field's name in small letters"),
    (#"{"process":1 "type":"ok"}"#, "`,` or `}`"), (#"{"process":1,"type":"ok","f":"g\q"}"#, "an escape"),
    (#"{"process":1,"type":"ok","f":"get"#, "ends a string"), (#"{process:1}"#, "a field's name"), ("{}", "the fields"),
  ])
  func malformedLinesAreNamed(line: String, expected: String) throws {
    let text = Self.good + "\n\n" + line + "\n" + Self.good + "\n"
    do {
      _ = try read(text)
      Issue.record("no error for \(line)")
    } catch HistoryError.malformed(_, let number, let wanted, _) {
      #expect(number == 3 && wanted.contains(expected), "\(number): \(wanted)")
    }
  }

  @Test(arguments: [
    "{:process 1, :type :maybe, :f :read}", "{:process 1, :f :read}", "{:process nil, :type :ok, :f :read}", "7",
    "{:process 1 :type}", "{:process 1, :type :ok, :type :ok, :f :read}", "{:process 1, :type :ok, :f :read :value 1x}",
    "{:process 1, :type :ok, :f :read :value {:a 1 :a 2}}", "{:process 1, :type :ok, :f :read :value #{1 1}}",
    "{:process 1, :type :ok, :f :read :Value 1}", "{:process 1, :type :ok, :f :read \"value\" 1}",
    "{:process 1, :type :ok, :f :read :value 1/0}",
    "{:process 1, :type :ok, :f :read :version -9223372036854775808}",
    // What Clojure reads and EDN does not have: it would hide the value behind it.
    "{:process 1, :type :ok, :f :read :value ^{:a 1} 5}", "{:process 1, :type :ok, :f :read :value '5}",
    "{:process 1, :type :ok, :f :read :value [@a]}", "{:process 1, :type :ok, :f :read :value `a}",
    "{:process 1, :type :ok, :f :read :value ~a}", "{:process 1, :type :ok, :f :read :value #:a{:b 1}}",
    "{:process 1, :type :ok, :f :read :value #'a}", "#:a{:process 1, :type :ok, :f :read}",
    "{:process 1, :type :ok, :f :read :version :new}", #"{:process 1, :type :ok, :f :read :value "\q"}"#,
  ])
  func malformedFormsAreNamed(form: String) throws {
    let good = "{:process 1, :type :invoke, :f :read}\n"
    do {
      _ = try read(good + form + "\n" + good)
      Issue.record("no error for \(form)")
    } catch HistoryError.malformed(_, let number, _, _) {
      #expect(number == 2)
    }
  }

  /// A name is what it says, however it is spelt; names that no field has are no concern.
  @Test func namesOfFieldsHaveEscapesToo() throws {
    let line = #"{"process":1,"type":"ok","\u0066":"get","v\u0061lue":7,"a\"b":1,"Note":2,"in\ndex":3}"#
    let event = try #require(try read(line + "\n").events.first)
    #expect(event.function == "get" && event.value == .integer(7))
  }

  /// Short strings and long ones are kept in different places.
  @Test(arguments: ["note", "a name of more than ten bytes"])
  func ednKeysThatNameNoFieldAreLeftOut(_ name: String) throws {
    let event = try #require(try read("{:process 1, :type :ok, :f :get, \"\(name)\" 1, :value 7}\n").events.first)
    #expect(event.function == "get" && event.value == .integer(7))
  }

  @Test(arguments: 1..<Self.good.count)
  func aLastLineCutShortIsLeftOutAndSaid(length: Int) throws {
    let history = try read(Self.good + "\n" + Self.good.prefix(length))
    #expect(history.events.count == 1 && history.truncatedLine == 2)
  }

  @Test func aLastLineWithoutNewlineCounts() throws {
    let history = try read(Self.good + "\n" + Self.good)
    #expect(history.events.count == 2 && history.truncatedLine == nil)
  }

  @Test func ednCutShortIsLeftOutAndSaid() throws {
    let history = try read("{:process 1, :type :invoke, :f :read}\n{:process 1, :type :ok, :va")
    #expect(history.events.count == 1 && history.truncatedLine == 2)
  }

  /// A form that ends where the file does was cut; one that swallows others is not closed.
  @Test func ednThatIsNotClosedInTheMiddleIsMalformed() throws {
    let good = "{:process 1, :type :invoke, :f :read}\n"
    do {
      _ = try read(good + good.replacing("}", with: "") + good)
      Issue.record("no error")
    } catch HistoryError.malformed(_, let number, let wanted, _) {
      #expect(number == 2 && wanted == "`}`")
    }
  }

  /// However the bytes come, the events are the same: every piece may end anywhere.
  @Test(arguments: ["register.edn", "independent.edn"])
  func ednIsReadPieceByPiece(name: String) throws {
    let text = try String(contentsOfFile: fixture(name), encoding: .utf8)
    let more = "; a comment {\n#_ {:left :out} #jepsen.history.Op{:process 7, :type :info, :f \"r\\u0065ad\"}\n"
    let end = text.lastIndex(of: "]").map {
      text[$0...].allSatisfy { $0 == "]" || $0.isWhitespace } ? $0 : text.endIndex
    }
    let place = end ?? text.endIndex
    let bytes = Array((text[..<place] + "\n" + more + text[place...]).utf8)
    func events(cutAt cut: Int) throws -> [Event] {
      var parser = EDNParser()
      var keyed = KeyedValues(nil)
      var symbols = Symbols()
      let first = try bytes[..<cut].withUnsafeBufferPointer {
        try parser.parse($0, isAtEnd: false, keyed: &keyed, symbols: &symbols)
      }
      let second = try bytes[first.consumed...].withUnsafeBufferPointer {
        try parser.parse($0, isAtEnd: true, keyed: &keyed, symbols: &symbols)
      }
      #expect(second.cutAt == nil)
      return (first.events + second.events).enumerated().map { symbols.event($1, index: $0) }
    }
    let whole = try events(cutAt: 0)
    let count = try RecordedHistory(path: fixture(name)).events.count
    #expect(whole.last?.function == "read" && whole.count == count + 1)
    for cut in bytes.indices { #expect(try events(cutAt: cut) == whole, "cut at \(cut)") }
  }

  @Test func escapesAndWideValues() throws {
    let line =
      #"{"process":1,"type":"ok","f":"get","value":"\u00e9\ud83d\ude00\n\/","ignored":{"a":["}",2]},"time":9223372036854775807}"#
    let event = try #require(try read(line + "\n").events.first)
    #expect(event.value == .string("é😀\n/") && event.timeNanoseconds == Int64.max)
  }

  @Test(arguments: [Int64.min, -1 << 59, -1, 0, 1 << 59, Int64.max])
  func everyIntegerIsAToken(integer: Int64) {
    var symbols = Symbols()
    let token = symbols.token(.integer(integer))
    #expect(symbols.value(token) == .integer(integer))
  }

  @Test(arguments: ["", "a", "v123456789", "v1234567890", "a b", "_-Zz09", "ключ"])
  func everyStringIsAToken(string: String) {
    var symbols = Symbols()
    let token = symbols.token(.string(string))
    #expect(symbols.value(token) == .string(string))
    #expect(symbols.token(.string(string)) == token && symbols.token(.string(string + "x")) != token)
  }

  @Test func damagedCompressionIsAnError() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try Data([0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]).write(to: url)
    #expect(throws: HistoryError.self) { try RecordedHistory(path: url.path) }
  }
}
