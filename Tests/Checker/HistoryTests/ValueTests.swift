import Foundation
import Testing

@testable import History

/// Values compare as values: what a history means by two texts decides whether they are equal, not how they look.
@Suite struct ValueTests {
  /// A pair of spellings in a notation, and whether they are one value.
  struct Pair: CustomTestStringConvertible, Sendable {
    var left: String
    var right: String
    var areEqual: Bool
    var testDescription: String { "\(left) \(areEqual ? "=" : "≠") \(right)" }

    init(_ left: String, _ right: String, _ areEqual: Bool) {
      (self.left, self.right, self.areEqual) = (left, right, areEqual)
    }
  }

  static let json = [
    Pair("1.5", "1.50", true), Pair("1.5", "15e-1", true), Pair("1.5", #""1.5""#, false), Pair("1", "1.0", true),
    Pair("1", #""1""#, false), Pair("100", "1e2", true), Pair("0", "-0.0", true), Pair("1e400", "1e401", false),
    Pair("0.1", "0.10000000000000001", false), Pair("-1.5", "1.5", false), Pair("1.5 ", "1.5", true),
    Pair("18446744073709551615", "18446744073709551615.0", true),
    Pair("18446744073709551615", "18446744073709551614", false),
    Pair("9223372036854775807", "9223372036854775808", false),
    Pair("-9223372036854775808", "-9223372036854775808", true),
    Pair("1e-7", "0.0000001", true), Pair("123456789012345678901234567890", "1.2345678901234567890123456789e29", true),
    Pair(#""\ud800""#, #""\ud801""#, false), Pair(#""\ud800""#, #""\ufffd""#, false),
    Pair(#""\ud83d\ude00""#, #""😀""#, true), Pair(#""\ud800\ud83d\ude00""#, #""\ud83d\ude00""#, false),
    Pair(#""\ud800x""#, #""\ud800x""#, true), Pair("null", #""null""#, false), Pair("null", "[]", false),
    Pair("null", "[null]", false), Pair("[null]", "[null,null]", false), Pair("true", #""true""#, false),
    Pair("false", "0", false), Pair("[1,[2]]", "[ 1 , [ 2 ] ]", true), Pair("[1,2]", "[2,1]", false),
    Pair("[[]]", "[]", false), Pair(#"{"a":1,"b":2}"#, #"{ "b": 2, "a": 1.0 }"#, true),
    Pair(#"{"a":1}"#, #"{"a":2}"#, false), Pair(#"{"a":1}"#, #"["a",1]"#, false), Pair("{}", "null", false),
    Pair("{}", "[]", false), Pair(#""""#, "null", false),
  ]

  static let edn = [
    Pair(":a", #""a""#, false), Pair(":a", "a", false), Pair("a", #""a""#, false), Pair(#"\a"#, #""a""#, false),
    Pair(#"\a"#, #"\b"#, false), Pair(#"\["#, #"\]"#, false), Pair("1.5", "1.50", true), Pair("1.5", "15e-1", true),
    Pair("1.5", #""1.5""#, false), Pair("1", "1.0", false), Pair("1", "1N", true), Pair("1.5", "1.5M", false),
    Pair("+7", "7", true), Pair("1/3", "1/4", false), Pair("1/2", "2/4", true), Pair("-4/6", "-2/3", true),
    Pair("6/3", "2", true),
    Pair("+1/2", "1/2", true), Pair("0/5", "0", true), Pair("-9223372036854775808/2", "-4611686018427387904", true),
    Pair("18446744073709551615", "18446744073709551615N", true),
    Pair("{:a 1}", "{:a 2}", false), Pair("{:a 1}", "nil", false), Pair("{:a 1 :b 2}", "{:b 2, :a 1}", true),
    Pair("{}", "nil", false), Pair("[1 2]", "(1 2)", true), Pair("[1 2]", "#{1 2}", false),
    Pair("#{1 2}", "#{2 1}", true), Pair("#{}", "[]", false), Pair("[:a]", #"["a"]"#, false),
    Pair(#"#inst "2026""#, #""2026""#, false), Pair(#"#inst "2026""#, #"#inst "2026""#, true),
    Pair(#"#a "2026""#, #"#b "2026""#, false), Pair("##NaN", "##Inf", false), Pair("[nil]", "nil", false),
    Pair("true", ":true", false), Pair(#""\ud800""#, #""\ud801""#, false), Pair(#""\ud83d\ude00""#, #""😀""#, true),
    Pair(#""a\"b""#, #""ab""#, false), Pair("-", "+", false), Pair("{[1 2] #{3}}", "{[1 2] #{3}}", true),
    Pair("#foo.Bar{:a 1}", "{:a 1}", false),
  ]

  @Test(arguments: json)
  func jsonValues(pair: Pair) throws {
    let lines = [pair.left, pair.right].map { #"{"process":1,"type":"ok","f":"get","value":\#($0)}"# }
    try expect(pair, lines)
    // Deep in a list they are what they are outside.
    try expect(pair, [pair.left, pair.right].map { #"{"process":1,"type":"ok","f":"get","value":[0,[\#($0)]]}"# })
  }

  /// Swift takes these for one string; a store need not.
  @Test func composedAndDecomposedAreTwoValues() throws {
    let (events, _, _) = try scan(["é", "e\u{301}"].map { #"{"process":1,"type":"ok","f":"get","value":"\#($0)"}"# })
    #expect(events[0].value != events[1].value)
  }

  @Test(arguments: edn)
  func ednValues(pair: Pair) throws {
    try expect(pair, [pair.left, pair.right].map { "{:process 1, :type :ok, :f :get, :value \($0)}" })
    try expect(pair, [pair.left, pair.right].map { "{:process 1, :type :ok, :f :get, :value [0 [\($0)] nil]}" })
    try expect(pair, [pair.left, pair.right].map { "INFO  jepsen.util - 1\t:ok\t:get\t\($0)" })
  }

  /// A key is a value too; only strings and what is no string are told apart by more than their name.
  @Test(arguments: [
    Pair(#"{"process":1,"type":"ok","f":"get","key":1}"#, #"{"process":1,"type":"ok","f":"get","key":"1"}"#, false),
    Pair(#"{"process":1,"type":"ok","f":"get","key":1 }"#, #"{"process":1,"type":"ok","f":"get","key":1}"#, true),
    Pair(#"{"process":1,"type":"ok","f":"get","key":1.5}"#, #"{"process":1,"type":"ok","f":"get","key":1.50}"#, true),
    Pair(#"{"process":1,"type":"ok","f":"get","key":"a"}"#, #"{"process":1,"type":"ok","f":"get","key":"b"}"#, false),
    Pair("{:process 1, :type :ok, :f :get, :key :a}", #"{:process 1, :type :ok, :f :get, :key "a"}"#, false),
    Pair("{:process 1, :type :ok, :f :get, :key [1]}", "{:process 1, :type :ok, :f :get, :key [1]}", true),
  ])
  func keys(pair: Pair) throws {
    let (events, _, _) = try scan([pair.left, pair.right])
    #expect((events[0].key == events[1].key) == pair.areEqual)
  }

  private func expect(_ pair: Pair, _ lines: [String]) throws {
    let (events, symbols, path) = try scan(lines)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect((events[0].value == events[1].value) == pair.areEqual, "\(lines)")
    // Out of the compact form and into another one they are still told apart.
    let values = events.map { symbols.value($0.value) }
    #expect((values[0] == values[1]) == pair.areEqual, "\(values)")
    var others = Symbols()
    #expect((others.token(values[0]) == others.token(values[1])) == pair.areEqual, "\(values)")
    // As people read them, too.
    #expect(pair.areEqual ? values[0].description == values[1].description : true)
  }

  private func scan(_ lines: [String]) throws -> ([CompactEvent], Symbols, String) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("value-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    var scanner = try HistoryScanner(path: path)
    var events: [CompactEvent] = []
    try scanner.scan { block, _ in
      events += block
      return true
    }
    try #require(events.count == 2)
    return (events, scanner.symbols, path)
  }

  @Test(arguments: [
    ("0", "0"), ("1.50", "1.5"), ("1e3", "1000"), ("-2.5e-3", "-0.0025"),
    ("1e30", "1" + String(repeating: "0", count: 30)), ("1e50", "1e50"), ("1.5e50", "1.5e50"), ("1e-9", "1e-9"),
    ("12.0", "12"), ("0e5", "0"),
  ])
  func jsonNumbersHaveOneText(number: String, text: String) throws {
    let numeral = try #require(Numeral(json: number.utf8))
    switch numeral {
    case .integer(let integer): #expect(String(integer) == text)
    case .text(let bytes): #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
  }

  @Test(arguments: ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1e9999999999999999", "1.5.5", "--1"])
  func whatIsNoJSONNumber(number: String) { #expect(Numeral(json: number.utf8) == nil) }

  @Test(arguments: [
    Value.bytes([0xED, 0xA0, 0x80, 0x41]), .number("1.5"), .map([.string("a"): .list([.null, .integer(1)])]),
    .string("a\u{7}\n"), .list([.bool(true), .map([:])]),
  ])
  func whatJSONHasIsWrittenAsItIs(value: Value) throws {
    var line = EventLine()
    line.append(Event(index: 0, timeNanoseconds: 0, process: .client(1), kind: .ok, function: "get", value: value))
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("line-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(line.bytes).write(to: URL(fileURLWithPath: path))
    #expect(try RecordedHistory(path: path).events.first?.value == value)
  }
}
