/// Parses JSON Lines straight from bytes: no intermediate tree, no `String` but for what is interned.
///
/// Every line must be followed by a newline in memory; that byte is what lets the scans run without bounds checks.
struct JSONLinesParser {
  /// Decoded bytes of a string with escapes.
  let scratch = ScratchBytes()
  /// Function and level names repeat on every line: the packed form found last, and its number.
  private var functionNumbers: [(bits: UInt64, number: UInt8)] = []
  private var levelNumbers: [(bits: UInt64, number: UInt8)] = []
  /// Lists within lists, of which a history has one or two and a thread's stack holds not all that a file can.
  var depth = 0
  static let depthLimit = 100
  private static let processExpected =
    "a process: a number from 0 for each client, or \"nemesis\" for the fault injector"
  /// The time that texts of the calendar count from: that of the first.
  private var calendarStart: Int64?

  /// The event of the line that starts at `start`; `nil` for a blank line.
  mutating func parse(
    _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent? {
    var cursor = start
    Self.skipSpace(&cursor)
    if cursor.pointee == 0x0A { return nil }
    guard cursor.pointee == 0x7B else { throw LineFailure("a JSON object, `{`", at: cursor, end: end) }
    cursor += 1
    depth = 0
    var event = CompactEvent()
    var pair: (first: Token, second: Token)?
    var seen: UInt16 = 0
    Self.skipSpace(&cursor)
    if cursor.pointee == 0x7D { throw LineFailure("the fields type, process and f", at: start, end: end) }
    while true {
      Self.skipSpace(&cursor)
      guard cursor.pointee == 0x22 else { throw LineFailure("a field's name in quotes", at: cursor, end: end) }
      let place = cursor
      let name = try string(&cursor, end: end)
      let field = EventField(name)
      guard seen & field.bit == 0 else { throw LineFailure("each field once", at: place, end: end) }
      seen |= field.bit
      Self.skipSpace(&cursor)
      guard cursor.pointee == 0x3A else { throw LineFailure("`:` after a field's name", at: cursor, end: end) }
      cursor += 1
      Self.skipSpace(&cursor)
      switch field {
      case .type:
        event.kind = try Self.kind(&cursor, end: end)
      case .process:
        event.process = try process(&cursor, end: end)
      case .function:
        event.function = try function(&cursor, end: end, symbols: &symbols)
      case .key: event.key = try key(&cursor, end: end, symbols: &symbols)
      case .value:
        if cursor.pointee == 0x5B {
          pair = try listOrPair(&cursor, end: end, symbols: &symbols, &event.value)
        } else {
          event.value = try value(&cursor, end: end, symbols: &symbols)
        }
      case .time: event.timeNanoseconds = try time(&cursor, end: end)
      case .version:
        if !Self.skipNull(&cursor) {
          let start = cursor
          event.version = try Self.integer(&cursor, end: end, field: "version")
          guard event.version != CompactEvent.noVersion else {
            throw LineFailure(EventField.versionExpected, at: start, end: end)
          }
        }
      case .operation: event.operation = try text(&cursor, end: end, symbols: &symbols)
      case .error: event.error = try text(&cursor, end: end, symbols: &symbols)
      case .level:
        if !Self.skipNull(&cursor) { event.level = try level(&cursor, end: end, symbols: &symbols) }
      case .other:
        guard !EventField.isInCapitals(name) else { throw LineFailure(EventField.nameExpected, at: place, end: end) }
        try skipValue(&cursor, end: end)
      }
      Self.skipSpace(&cursor)
      if cursor.pointee == 0x2C {
        cursor += 1
        continue
      }
      guard cursor.pointee == 0x7D else { throw LineFailure("`,` or `}`", at: cursor, end: end) }
      cursor += 1
      break
    }
    Self.skipSpace(&cursor)
    guard cursor.pointee == 0x0A else { throw LineFailure("one object a line", at: cursor, end: end) }
    if let missing = EventField.missing(from: seen) {
      let isInterval = ForeignContent.isInterval(try fieldNames(start, end: end))
      throw LineFailure(isInterval ? ForeignContent.intervals : "the field `\(missing)`", at: start, end: end)
    }
    event.hasValue = seen & EventField.value.bit != 0
    return ParsedEvent(event: event, pair: pair)
  }

  /// The names of the fields of an object that has been read once.
  private mutating func fieldNames(
    _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> [String] {
    var cursor = start
    Self.skipSpace(&cursor)
    cursor += 1
    var names: [String] = []
    Self.skipSpace(&cursor)
    while cursor.pointee == 0x22 {
      names.append(String(decoding: try string(&cursor, end: end), as: UTF8.self))
      Self.skipSpace(&cursor)
      cursor += 1
      Self.skipSpace(&cursor)
      try skipValue(&cursor, end: end)
      Self.skipSpace(&cursor)
      guard cursor.pointee == 0x2C else { break }
      cursor += 1
      Self.skipSpace(&cursor)
    }
    return names
  }

  // MARK: Fields

  @inline(__always)
  static func skipSpace(_ cursor: inout UnsafePointer<UInt8>) {
    while cursor.pointee == 0x20 || cursor.pointee == 0x09 || cursor.pointee == 0x0D { cursor += 1 }
  }

  static func word(_ cursor: inout UnsafePointer<UInt8>, _ word: StaticString) -> Bool {
    for position in 0..<word.utf8CodeUnitCount where cursor[position] != word.utf8Start[position] { return false }
    cursor += word.utf8CodeUnitCount
    return true
  }

  @inline(__always)
  static func skipNull(_ cursor: inout UnsafePointer<UInt8>) -> Bool {
    cursor.pointee == 0x6E && word(&cursor, "null")
  }

  @inline(__always)
  private static func kind(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Event.Kind {
    let start = cursor
    if word(&cursor, "\"invoke\"") { return .invoke }
    if word(&cursor, "\"ok\"") { return .ok }
    if word(&cursor, "\"fail\"") { return .fail }
    if word(&cursor, "\"info\"") { return .info }
    throw LineFailure("a type: \"invoke\", \"ok\", \"fail\" or \"info\"", at: start, end: end)
  }

  @inline(__always)
  private mutating func process(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Int32 {
    let start = cursor
    if cursor.pointee == 0x22 {
      if Self.word(&cursor, "\"nemesis\"") { return CompactEvent.nemesis }
      throw LineFailure(Self.processExpected, at: start, end: end)
    }
    guard cursor.pointee == 0x2D || cursor.pointee &- 0x30 < 10,
      let process = Int32(exactly: try Self.integer(&cursor, end: end, field: "process")), process >= 0
    else {
      throw LineFailure(Self.processExpected, at: start, end: end)
    }
    return process
  }

  @inline(__always)
  private mutating func function(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> UInt8 {
    let start = cursor
    let name = try string(&cursor, end: end)
    if let number = Self.number(of: name, &functionNumbers, intern: { symbols.function(name) }) { return number }
    throw LineFailure("at most 255 different names of operations", at: start, end: end)
  }

  @inline(__always)
  private mutating func level(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> UInt8 {
    let start = cursor
    let name = try string(&cursor, end: end)
    if let number = Self.number(of: name, &levelNumbers, intern: { symbols.level(name) }) { return number }
    throw LineFailure("at most 255 different levels", at: start, end: end)
  }

  /// The number of a name that repeats on every line; `nil` when there are too many different ones.
  @inline(__always)
  private static func number(
    of name: UnsafeBufferPointer<UInt8>, _ known: inout [(bits: UInt64, number: UInt8)], intern: () -> UInt8?
  ) -> UInt8? {
    guard let packed = Token.packed(name) else { return intern() }
    for entry in known where entry.bits == packed.bits { return entry.number }
    guard let number = intern() else { return nil }
    known.append((packed.bits, number))
    return number
  }

  @inline(__always)
  private mutating func key(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Int32 {
    if cursor.pointee == 0x22 { return symbols.key(try string(&cursor, end: end)) }
    let token = try value(&cursor, end: end, symbols: &symbols)
    return token.isNull ? -1 : symbols.key(token)
  }

  @inline(__always)
  private mutating func time(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Int64 {
    var ahead = cursor
    var number: Int64 = 0
    while ahead.pointee &- 0x30 < 10, ahead - cursor < 19 {
      number = number &* 10 &+ Int64(ahead.pointee &- 0x30)
      ahead += 1
    }
    let count = ahead - cursor
    if count > 0, count < 19, ahead.pointee != 0x2E, ahead.pointee | 0x20 != 0x65 {
      cursor = ahead
      return number
    }
    return try rareTime(&cursor, end: end)
  }

  private mutating func rareTime(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Int64 {
    let start = cursor
    if Self.skipNull(&cursor) { return 0 }
    if cursor.pointee == 0x22 {
      guard let time = Timestamp.nanoseconds(iso: try string(&cursor, end: end)) else {
        throw LineFailure(Timestamp.expected, at: start, end: end)
      }
      let origin = calendarStart ?? time
      calendarStart = origin
      return time.subtractingReportingOverflow(origin).partialValue
    }
    guard cursor.pointee == 0x2D || cursor.pointee &- 0x30 < 10 else {
      throw LineFailure(Timestamp.expected, at: start, end: end)
    }
    let numeral = try Self.number(&cursor, end: end)
    let text = String(decoding: UnsafeBufferPointer(start: start, count: cursor - start), as: UTF8.self)
    if text.allSatisfy({ $0 == "-" || $0.isNumber }) {
      if case .integer(let whole) = numeral { return whole }
      return text.hasPrefix("-") ? .min : .max
    }
    guard let time = Timestamp.nanoseconds(seconds: text) else {
      throw LineFailure(Timestamp.expected, at: start, end: end)
    }
    return time
  }

  /// The text of a string, or of whatever else stands there as it stands.
  private mutating func text(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Int32 {
    if cursor.pointee == 0x22 { return symbols.text(try string(&cursor, end: end)) }
    if Self.skipNull(&cursor) { return -1 }
    let start = cursor
    try skipValue(&cursor, end: end)
    return symbols.text(UnsafeBufferPointer(start: start, count: cursor - start))
  }
}
