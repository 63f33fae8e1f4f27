import KeyValueStore
import Testing

@testable import StoreHTTP

@Suite("A PUT's body")
struct EntryParserTests {
  @Test(arguments: [
    (#"{"key":"k","value":"v"}"#, "k", "v"),
    (" \t\r\n{ \"value\" : \"v\" , \"key\" : \"k\" }\n", "k", "v"),
    (#"{"key":"k","value":""}"#, "k", ""),
    (#"{"\u006bey":"a\/b\"\\","value":"\b\f\n\r\t"}"#, "a/b\"\\", "\u{8}\u{c}\n\r\t"),
    (#"{"key":"\ud83d\ude00\u00e9\u4e2d","value":"\u0000"}"#, "😀é中", "\u{0}"),
    (#"{"key":"🐘","value":"\uFFFF\ufffd"}"#, "🐘", "\u{FFFF}\u{FFFD}"),
    (#"{"key":"a/../b","value":"."}"#, "a/../b", "."),
  ])
  func isRead(_ json: String, _ key: String, _ value: String) throws {
    let entry = try EntryParser.entry(Array(json.utf8))
    #expect(entry.key.bytes == Array(key.utf8))
    #expect(entry.value.bytes == Array(value.utf8))
  }

  @Test(arguments: [
    // No JSON text.
    ("", 400), ("{", 400), ("}", 400), ("xyz", 400), (#"{"key"}"#, 400), (#"{"key":}"#, 400), (#"{"key":"k""#, 400),
    (#"{"key":"k","value":"v"}x"#, 400), (#"{"key":"k","value":"v"}{}"#, 400), (#"{"key":"k","value":"v",}"#, 400),
    (#"{,"key":"k","value":"v"}"#, 400), (#"{"key":"k" "value":"v"}"#, 400), (#"{'key':'k','value':'v'}"#, 400),
    (#"{key:"k",value:"v"}"#, 400), ("{\"key\":\"k\",\"value\":\"a\nb\"}", 400), (#"{"key":"\x41","value":"v"}"#, 400),
    (#"{"key":"\u12","value":"v"}"#, 400), (#"{"key":"\u00g0","value":"v"}"#, 400), (#"{"key":"k","value":"v"#, 400),
    ("\u{FEFF}{\"key\":\"k\",\"value\":\"v\"}", 400), ("{\u{A0}\"key\":\"k\",\"value\":\"v\"}", 400),
    // JSON, and no entry.
    ("null", 422), ("[]", 422), (#""key""#, 422), ("1", 422), ("{}", 422), (#"{"key":"k"}"#, 422),
    (#"{"value":"v"}"#, 422), (#"{"key":1,"value":"v"}"#, 422), (#"{"key":"k","value":null}"#, 422),
    (#"{"key":"k","value":{"a":[]}}"#, 422), (#"{"key":"k","value":"v","ttl":1}"#, 422),
    (#"{"key":"k","value":"v","value":"w"}"#, 422), (#"{"key":"k","k\u0065y":"k","value":"v"}"#, 422),
    (#"{"key":"\ud800","value":"v"}"#, 422), (#"{"key":"k","value":"\udc00\ud800"}"#, 422),
    (#"{"key":"k","value":"\ud83dx"}"#, 422), (#"{"key":"k","value":"\ud83d\u0041"}"#, 422),
    // Keys that are none, or that no URL can name.
    (#"{"key":"","value":"v"}"#, 422), (#"{"key":"\u0000","value":"v"}"#, 422), (#"{"key":"..","value":"v"}"#, 422),
    (#"{"key":"../../x","value":"v"}"#, 422),
  ])
  func isRefused(_ json: String, _ status: Int) {
    let problem = #expect(throws: Problem.self) { try EntryParser.entry(Array(json.utf8)) }
    #expect(problem?.status == status, "\(problem?.detail ?? "")")
  }

  @Test func bytesThatAreNoUTF8AreRefused() {
    for bytes in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] as [[UInt8]] {
      let body = Array(#"{"key":"k","value":""#.utf8) + bytes + Array(#""}"#.utf8)
      let problem = #expect(throws: Problem.self) { try EntryParser.entry(body) }
      #expect(problem?.status == 400)
    }
    // UTF-16, as some clients write JSON.
    let wide = Array(#"{"key":"k","value":"v"}"#.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(throws: Problem.self) { try EntryParser.entry(wide) }
  }

  @Test func aMisspeltMemberIsNamed() {
    let problem = #expect(throws: Problem.self) { try EntryParser.entry(Array(#"{"key":"k","vlaue":"v"}"#.utf8)) }
    #expect(problem?.detail.contains("did you mean \"value\"?") == true)
  }

  @Test func theLimitsAreExact() throws {
    let key = String(repeating: "k", count: 512)
    let value = String(repeating: "v", count: Value.maximumBytes)
    #expect(try EntryParser.entry(Array(#"{"key":"\#(key)","value":"\#(value)"}"#.utf8)).value.bytes.count == 1 << 20)
    let escaped = String(repeating: #"\u0000"#, count: Value.maximumBytes)
    #expect(try EntryParser.entry(Array(#"{"key":"k","value":"\#(escaped)"}"#.utf8)).value.bytes.count == 1 << 20)
    let large = #expect(throws: Problem.self) {
      try EntryParser.entry(Array(#"{"key":"k","value":"\#(value)v"}"#.utf8))
    }
    #expect(large?.status == 413)
    let long = #expect(throws: Problem.self) { try EntryParser.entry(Array(#"{"key":"\#(key)k","value":""}"#.utf8)) }
    #expect(long?.status == 422)
  }

  /// Every prefix of a body is refused: nothing half read is ever written.
  @Test func everyTruncationIsRefused() {
    let body = Array(#"{"key":"a\u00e9","value":"\ud83d\ude00"}"#.utf8)
    for length in 0..<body.count {
      #expect(throws: Problem.self) { try EntryParser.entry(Array(body.prefix(length))) }
    }
  }
}
