import Foundation
import Testing

@testable import History

/// Jepsen's binary store, as its versions since 2022 write it.
@Suite struct JepsenStoreTests {
  private static func op(
    _ process: Int64, _ type: String, _ function: String, _ value: Datum, extra: [(Datum, Datum)] = []
  ) -> StoredOp {
    StoredOp(
      time: process * 1_000_000, type: type, process: .int(process), function: function, value: value, extra: extra)
  }

  static let plain = [
    op(0, "invoke", "write", .int(1)),
    op(1, "invoke", "read", .null),
    StoredOp(time: 5, type: "info", process: .keyword("nemesis"), function: "start", value: .set([.string("n1")])),
    op(0, "ok", "write", .int(1)),
    op(1, "ok", "read", .int(1)),
    op(1, "invoke", "cas", .vector([.int(1), .int(2)])),
    op(1, "info", "cas", .vector([.int(1), .int(2)]), extra: [(.keyword("error"), .keyword("timeout"))]),
    op(100, "invoke", "read", .null, extra: [(.keyword("node"), .string("n2"))]),
    op(100, "fail", "read", .null),
  ]

  static let keyed = [
    op(0, "invoke", "write", .entry(.string("a"), .int(1))), op(0, "ok", "write", .entry(.string("a"), .int(1))),
    op(1, "invoke", "cas", .entry(.string("b"), .vector([.int(1), .int(2)]))),
    op(1, "fail", "cas", .entry(.string("b"), .vector([.int(1), .int(2)]))),
    op(2, "invoke", "read", .entry(.string("a"), .null)), op(2, "ok", "read", .entry(.string("a"), .int(1))),
  ]

  private func read(_ bytes: [UInt8], keys: ValueKeys? = nil) throws -> (events: [Event], format: HistoryFormat) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var scanner = try HistoryScanner(path: path, keys: keys)
    var compact: [CompactEvent] = []
    try scanner.scan { block, _ in
      compact += block
      return true
    }
    return (compact.enumerated().map { scanner.symbols.event($1, index: $0) }, scanner.summary.format)
  }

  private func expectPlain(_ history: (events: [Event], format: HistoryFormat)) throws {
    let events = history.events
    #expect(history.format == .jepsenStore)
    try #require(events.count == Self.plain.count)
    #expect(events[0].function == "write" && events[0].value == .integer(1) && events[0].process == .client(0))
    #expect(events[2].process == .nemesis && events[2].value == .set([.string("n1")]))
    #expect(events[4].value == .integer(1) && events[4].timeNanoseconds == 1_000_000)
    #expect(events[5].value == .list([.integer(1), .integer(2)]) && events[5].key == nil)
    #expect(events[6].kind == .info && events[6].error == "timeout")
    #expect(events[8].kind == .fail && events[8].process == .client(100))
  }

  @Test(arguments: [1, 2, 3, 100])
  func chunksOfEverySize(perChunk: Int) throws {
    try expectPlain(read(StoreEncoder.chunked(Self.plain, perChunk: perChunk)))
  }

  @Test(arguments: [false, true])
  func theFirstVersionHasOneList(closedLists: Bool) throws {
    try expectPlain(read(StoreEncoder.whole(Self.plain, closedLists: closedLists)))
  }

  /// Map entries are keys and values; a vector of two is a value, whatever is in it.
  @Test func independentKeysAreMapEntries() throws {
    let events = try read(StoreEncoder.chunked(Self.keyed)).events
    #expect(events.map(\.key) == ["a", "a", "b", "b", "a", "a"])
    #expect(events[2].value == .list([.integer(1), .integer(2)]) && events[5].value == .integer(1))
    let values = [
      Self.op(0, "invoke", "write", .vector([.string("a"), .int(1)])), Self.op(0, "invoke", "read", .null),
    ]
    #expect(try read(StoreEncoder.chunked(values)).events[0].key == nil)
    #expect(try read(StoreEncoder.chunked(values.dropLast()), keys: .tuple).events[0].key == "a")
    #expect(try read(StoreEncoder.chunked(Self.keyed), keys: ValueKeys.none).events.allSatisfy { $0.key == nil })
  }

  static let values: [(Datum, Value)] = [
    (.int(-1), .integer(-1)), (.int(63), .integer(63)), (.int(64), .integer(64)), (.int(-4096), .integer(-4096)),
    (.int(4095), .integer(4095)), (.int(4096), .integer(4096)), (.int(-524_288), .integer(-524_288)),
    (.int(524_287), .integer(524_287)), (.int(33_554_431), .integer(33_554_431)),
    (.int(33_554_432), .integer(33_554_432)), (.int(-33_554_432), .integer(-33_554_432)),
    (.int(8_589_934_591), .integer(8_589_934_591)), (.int(-8_589_934_592), .integer(-8_589_934_592)),
    (.int(2_199_023_255_551), .integer(2_199_023_255_551)), (.int(1 << 49), .integer(1 << 49)),
    (.int(.max), .integer(.max)), (.int(.min), .integer(.min)),
    (.double(1.5), .number("1.5")), (.double(0), .number("0.0")), (.double(1), .number("1.0")),
    (.double(.nan), .symbol("##NaN")), (.string("é😀"), .string("é😀")), (.string(""), .string("")),
    (.string(String(repeating: "xy", count: 200)), .string(String(repeating: "xy", count: 200))),
    (.keyword("a/b"), .keyword("a/b")), (.symbol("x"), .symbol("x")), (.bool(true), .bool(true)),
    (.set([]), .set([])), (.set([.int(2), .int(1)]), .set([.integer(1), .integer(2)])),
    (.map([(.keyword("x"), .vector([]))]), .map([.keyword("x"): .list([])])),
    (.bigint([0xFF]), .integer(-1)), (.bigint([0] + Array(repeating: 0xFF, count: 8)), .number("18446744073709551615")),
    (.bigint([0x80, 0, 0, 0, 0, 0, 0, 0]), .integer(.min)),
    (.bigint([0x80, 0, 0, 0, 0, 0, 0, 0, 0]), .number("-2361183241434822606848")),
    (.bigdec([15], scale: 1), .number("1.5M")), (.bigdec([150], scale: 0), .number("-106.0M")),
    (.ratio(1, 3), .number("1/3")), (.char(0x61), .character("a")), (.entry(.int(1), .int(2)), .integer(2)),
    (.vector(Array(repeating: .int(7), count: 20)), .list(Array(repeating: .integer(7), count: 20))),
    (.other("x.Y", [.int(1), .int(2)]), .tagged("x.Y", .list([.integer(1), .integer(2)]))),
  ]

  @Test(arguments: values)
  func everyKindOfValue(datum: Datum, value: Value) throws {
    let ops = [Self.op(0, "invoke", "write", datum), Self.op(1, "invoke", "read", .null)]
    #expect(try read(StoreEncoder.chunked(ops)).events[0].value == value)
    if case .entry = datum { return }
    #expect(try read(StoreEncoder.whole(ops)).events[0].value == value)
  }

  /// More different keywords and tags than there are short codes for.
  @Test func cachesGoPastTheirShortCodes() throws {
    let ops = (Int64(0)..<60).map {
      let key = Datum.keyword("k\($0 % 45)")
      return Self.op($0, "invoke", "write", .vector([key, .other("tag\($0 % 30)", [key]), .null]))
    }
    let events = try read(StoreEncoder.chunked(ops, perChunk: 100)).events
    for (place, event) in events.enumerated() {
      let key = Value.keyword("k\(place % 45)")
      #expect(event.value == .list([key, .tagged("tag\(place % 30)", key), .null]))
    }
  }

  @Test func comesThroughAPipeAndCompressed() throws {
    let bytes = StoreEncoder.chunked(Self.plain)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let gzip = Process()
    gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gzip.arguments = ["gzip", "-k", path]
    try gzip.run()
    gzip.waitUntilExit()
    defer { try? FileManager.default.removeItem(atPath: path + ".gz") }
    #expect(try RecordedHistory(path: path + ".gz").events == RecordedHistory(path: path).events)
  }

  /// A small file that another encoder wrote.
  @Test func aFileOfAnotherEncoder() throws {
    let path = try #require(Bundle.module.url(forResource: "Fixtures/test.jepsen", withExtension: nil)).path
    let history = try RecordedHistory(path: path)
    #expect(history.format == .jepsenStore)
    #expect(history.events.map(\.key) == ["a", "a", nil, "a", "a", "b", "b"])
    #expect(history.events[4].timeNanoseconds == 3_000_000_000 && history.events[4].value == .integer(1))
    #expect(history.events[5].value == .number("2.5") && history.events[6].error == "timeout")
  }

  /// Every byte is under a checksum or an offset that is checked: damage is found, whatever it hits.
  @Test func damageIsAnError() throws {
    let bytes = StoreEncoder.chunked(Self.plain)
    let good = try read(bytes).events
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x41
      do {
        // What no block of the history is in, such as one that was written over, may be anything.
        #expect(try read(damaged).events == good, "byte \(place)")
      } catch is HistoryError {}
    }
    for count in 0..<bytes.count {
      #expect(throws: HistoryError.self, "cut at \(count)") { _ = try read(Array(bytes.prefix(count))) }
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    func message(_ bytes: [UInt8]) -> String {
      do {
        _ = try read(bytes)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(StoreEncoder.chunked(Self.plain, count: 10)).contains("9 operations, and should have 10"))
    #expect(message(StoreEncoder.chunked(Self.plain, isReversed: true)).contains("missing before operation 0"))
    #expect(message(StoreEncoder.chunked([])).contains("expected a history"))
    #expect(message(StoreEncoder(version: 1).bytes).contains("killed before it began"))
    #expect(message(StoreEncoder(version: 7).bytes).contains("version 7"))
    var inItself = StoreEncoder(version: 1)
    _ = inItself.block(type: 5, StoreEncoder.number(1, 8) + StoreEncoder.number(0, 8) + StoreEncoder.number(1, 4))
    inItself.finish(root: inItself.test(history: 1))
    #expect(message(inItself.bytes).contains("in itself"))
    var odd = Self.plain
    odd[1].process = .keyword("zeus")
    #expect(message(StoreEncoder.chunked(odd)).contains("operation 1: expected a process"))
    odd[1].process = .int(1)
    odd[1].type = "maybe"
    #expect(message(StoreEncoder.chunked(odd)).contains("a type"))
  }

  /// Random damage under checksums that are right all the same: whatever a block holds, there is an answer.
  @Test func anyBytesInABlockGetAnAnswer() throws {
    var encoder = FressianEncoder()
    for (place, op) in Self.plain.enumerated() { op.put(index: place, to: &encoder) }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var data = encoder.bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<data.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: data[place] = UInt8.random(in: 0...255, using: &random)
        case 1: data.remove(at: place)
        default: data.insert(UInt8.random(in: 0x80...255, using: &random), at: place)
        }
      }
      var store = StoreEncoder(version: 1)
      let history = store.block(type: Bool.random() ? 4 : 2, data)
      store.finish(root: store.test(history: history))
      do {
        _ = try read(store.bytes)
      } catch is HistoryError {}
    }
  }
}
