import CZlib

/// A value as Clojure has it, to be written in Fressian.
indirect enum Datum: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case keyword(String)
  case symbol(String)
  case vector([Datum])
  case map([(Datum, Datum)])
  case set([Datum])
  case entry(Datum, Datum)
  case bigint([UInt8])
  case bigdec([UInt8], scale: Int64)
  case char(Int64)
  case ratio(Int64, Int64)
  case other(String, [Datum])
}

/// Writes values as Fressian's own writer does; written after its description, and sharing nothing with the reader.
struct FressianEncoder {
  var bytes: [UInt8] = []
  private var cache: [String] = []
  private var tags: [String] = []
  /// Lists as Clojure's streaming writer has them, open to an end mark.
  var usesClosedLists = false

  mutating func put(_ datum: Datum) {
    switch datum {
    case .null: bytes.append(0xF7)
    case .bool(let truth): bytes.append(truth ? 0xF5 : 0xF6)
    case .int(let integer): int(integer)
    case .double(let number):
      if number == 0 { return bytes.append(0xFB) }
      if number == 1 { return bytes.append(0xFC) }
      bytes.append(0xFA)
      raw(number.bitPattern, 8)
    case .string(let text): string(Self.java(text))
    case .keyword(let name): named(0xCA, name)
    case .symbol(let name): named(0xC9, name)
    case .vector(let elements): list(elements)
    case .map(let entries):
      bytes.append(0xC0)
      list(entries.flatMap { [$0.0, $0.1] })
    case .set(let elements): tagged("persistent-hash-set", [elements.isEmpty ? .null : .vector(elements)])
    case .entry(let key, let value): tagged("map-entry", [key, value])
    case .bigint(let number):
      bytes.append(0xC6)
      blob(number)
    case .bigdec(let number, let scale):
      bytes.append(0xC7)
      blob(number)
      int(scale)
    case .char(let code): tagged("char", [.int(code)])
    case .ratio(let top, let bottom): tagged("ratio", [.int(top), .int(bottom)])
    case .other(let tag, let fields): tagged(tag, fields)
    }
  }

  /// A value that is written in full once and then by its number.
  mutating func putCached(_ datum: Datum) {
    let name = "\(datum)"
    if let place = cache.firstIndex(of: name) {
      if place < 32 { return bytes.append(0x80 + UInt8(place)) }
      bytes.append(0xCC)
      int(Int64(place))
      return
    }
    bytes.append(0xCD)
    cache.append(name)
    put(datum)
  }

  mutating func tag(_ name: String, fields: Int) {
    if let place = tags.firstIndex(of: name) {
      if place < 16 { return bytes.append(0xA0 + UInt8(place)) }
      bytes.append(0xF0)
      int(Int64(place))
      return
    }
    bytes.append(0xEF)
    string(Array(name.utf8))
    int(Int64(fields))
    tags.append(name)
  }

  mutating func int(_ integer: Int64) {
    // Bits that the number needs, its sign among them.
    let bits = 65 - (integer < 0 ? ~integer : integer).leadingZeroBitCount
    switch integer {
    case -1: bytes.append(0xFF)
    case 0..<64: bytes.append(UInt8(integer))
    default:
      for (limit, zero, rest) in Self.packed
      where bits <= limit {
        bytes.append(UInt8(truncatingIfNeeded: Int64(zero) + (integer >> Int64(rest * 8))))
        raw(UInt64(bitPattern: integer), rest)
        return
      }
      bytes.append(0xF8)
      raw(UInt64(bitPattern: integer), 8)
    }
  }

  /// Bits that a packed integer has at most, the code of its zero, and the bytes behind that.
  private static let packed = [
    (13, 0x50, 1), (20, 0x68, 2), (26, 0x72, 3), (34, 0x76, 4), (42, 0x7A, 5), (50, 0x7E, 6),
  ]

  private mutating func tagged(_ name: String, _ fields: [Datum]) {
    tag(name, fields: fields.count)
    for field in fields { put(field) }
  }

  private mutating func named(_ code: UInt8, _ name: String) {
    bytes.append(code)
    let parts = name.split(separator: "/", maxSplits: 1)
    putCached(parts.count == 2 ? .string(String(parts[0])) : .null)
    putCached(.string(String(parts[parts.count - 1])))
  }

  mutating func list(_ elements: [Datum]) {
    if usesClosedLists {
      bytes.append(0xED)
    } else if elements.count < 8 {
      bytes.append(0xE4 + UInt8(elements.count))
    } else {
      bytes.append(0xEC)
      int(Int64(elements.count))
    }
    for element in elements { put(element) }
    if usesClosedLists { bytes.append(0xFD) }
  }

  private mutating func string(_ text: [UInt8]) { pieces(text, packed: 0xDA, chunk: 0xE2, whole: 0xE3) }
  private mutating func blob(_ data: [UInt8]) { pieces(data, packed: 0xD0, chunk: 0xD8, whole: 0xD9) }

  private mutating func pieces(_ data: [UInt8], packed: UInt8, chunk: UInt8, whole: UInt8) {
    var rest = data[...]
    // Far less than the writer's own 65 535, to have chunks at all.
    while rest.count > 100 {
      bytes.append(chunk)
      int(100)
      bytes += rest.prefix(100)
      rest = rest.dropFirst(100)
    }
    if rest.count < 8 {
      bytes.append(packed + UInt8(rest.count))
    } else {
      bytes.append(whole)
      int(Int64(rest.count))
    }
    bytes += rest
  }

  private mutating func raw(_ number: UInt64, _ count: Int) {
    for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8))) }
  }

  /// UTF-8 as Java has it: three bytes for each half of a surrogate pair.
  private static func java(_ text: String) -> [UInt8] {
    text.utf16.flatMap { unit -> [UInt8] in
      switch unit {
      case 0..<0x80: [UInt8(unit)]
      case 0x80..<0x800: [UInt8(0xC0 | unit >> 6), UInt8(0x80 | unit & 0x3F)]
      default: [UInt8(0xE0 | unit >> 12), UInt8(0x80 | unit >> 6 & 0x3F), UInt8(0x80 | unit & 0x3F)]
      }
    }
  }
}

/// An operation as Jepsen's record of the same name.
struct StoredOp: Sendable {
  var time: Int64
  var type: String
  var process: Datum
  var function: String
  var value: Datum
  var extra: [(Datum, Datum)] = []

  /// As Jepsen has written it since 0.3.
  func put(index: Int, to encoder: inout FressianEncoder) {
    encoder.tag("jepsen.history.Op", fields: 7)
    encoder.int(Int64(index))
    encoder.int(time)
    encoder.putCached(.keyword(type))
    encoder.put(process)
    encoder.putCached(.keyword(function))
    encoder.put(value)
    encoder.put(extra.isEmpty ? .null : .map(extra))
  }

  /// As before: a map like any other.
  var map: Datum {
    .map(
      [
        (.keyword("process"), process), (.keyword("type"), .keyword(type)), (.keyword("f"), .keyword(function)),
        (.keyword("value"), value), (.keyword("time"), .int(time)),
      ] + extra)
  }
}

/// Writes blocks, an index of them and the head of a `test.jepsen`.
struct StoreEncoder {
  var bytes: [UInt8]
  private var offsets: [(id: Int, offset: Int)] = []
  private var nextId = 1

  init(version: UInt32) { bytes = Array("JEPSEN".utf8) + Self.number(UInt64(version), 4) + Self.number(0, 8) }

  /// - Returns: the block's id.
  mutating func block(type: UInt16, _ data: [UInt8], id: Int? = nil) -> Int {
    let number = id ?? nextId
    if id == nil { nextId += 1 }
    offsets.removeAll { $0.id == number }
    offsets.append((number, bytes.count))
    let length = Self.number(UInt64(data.count + 28), 8)
    let kind = Self.number(UInt64(type), 2) + [UInt8](repeating: 0, count: 14)
    let blank = length + [0, 0, 0, 0] + kind
    let sum = crc32(crc32(0, data, UInt32(data.count)), blank, UInt32(blank.count))
    bytes += length + Self.number(UInt64(sum), 4) + kind + data
    return number
  }

  mutating func finish(root: Int) {
    var index = Self.number(UInt64(root), 4)
    for entry in offsets { index += Self.number(UInt64(entry.id), 4) + Self.number(UInt64(entry.offset), 8) }
    let place = bytes.count
    _ = block(type: 1, index)
    bytes.replaceSubrange(10..<18, with: Self.number(UInt64(place), 8))
  }

  static func number(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
  }

  // MARK: Whole files

  /// Version 1: operations in streams of a few, and a vector of those.
  static func chunked(_ ops: [StoredOp], perChunk: Int = 3, count: Int? = nil, isReversed: Bool = false) -> [UInt8] {
    var store = StoreEncoder(version: 1)
    let history = store.block(type: 2, [0xF7])
    var chunks: [(first: Int, id: Int)] = []
    for first in stride(from: 0, to: max(1, ops.count), by: perChunk) {
      var encoder = FressianEncoder()
      for (place, op) in ops[first..<min(first + perChunk, ops.count)].enumerated() {
        op.put(index: first + place, to: &encoder)
      }
      chunks.append((first, store.block(type: 4, encoder.bytes)))
    }
    var vector = number(UInt64(count ?? ops.count), 8)
    for chunk in isReversed ? chunks.reversed() : chunks {
      vector += number(UInt64(chunk.first), 8) + number(UInt64(chunk.id), 4)
    }
    _ = store.block(type: 5, vector, id: history)
    store.finish(root: store.test(history: history))
    return store.bytes
  }

  /// Version 0: the history is one value.
  static func whole(_ ops: [StoredOp], closedLists: Bool = false) -> [UInt8] {
    var store = StoreEncoder(version: 0)
    var encoder = FressianEncoder()
    encoder.usesClosedLists = closedLists
    encoder.list(ops.map(\.map))
    let history = store.block(type: 2, encoder.bytes)
    store.finish(root: store.test(history: history))
    return store.bytes
  }

  /// The test's map, with things in it that no history has.
  mutating func test(history: Int) -> Int {
    var encoder = FressianEncoder()
    encoder.put(
      .map([
        (.keyword("name"), .string("a test")), (.keyword("nodes"), .vector([.string("n1"), .string("n2")])),
        (.keyword("client"), .other("some.Record", [.symbol("a/b"), .map([])])),
        (.keyword("start-time"), .other("date-time", [.string("20260101T100000.000Z")])),
        (.keyword("history"), .other("block-ref", [.int(Int64(history))])),
      ]))
    return block(type: 2, encoder.bytes)
  }
}
