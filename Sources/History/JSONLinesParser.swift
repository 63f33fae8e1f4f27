/// Parses JSON Lines straight from bytes: no intermediate tree, no `String` but for what is interned.
///
/// Every line must be followed by a newline in memory; that byte is what lets the scans run without bounds checks.
struct JSONLinesParser {
  /// Decoded bytes of a string with escapes.
  private let scratch = ScratchBytes()
  /// Function and level names repeat on every line: the packed form found last, and its number.
  private var functionNumbers: [(bits: UInt64, number: UInt8)] = []
  private var levelNumbers: [(bits: UInt64, number: UInt8)] = []
  /// Lists within lists, of which a history has one or two and a thread's stack holds not all that a file can.
  private var depth = 0
  private static let depthLimit = 100
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
      let name = cursor + 1
      cursor = name
      while cursor.pointee != 0x22 {
        guard cursor.pointee >= 0x20 else { throw LineFailure("the `\"` that ends a name", at: cursor, end: end) }
        cursor += 1
      }
      let field = EventField(UnsafeBufferPointer(start: name, count: cursor - name))
      guard seen & field.bit == 0 else { throw LineFailure("each field once", at: name - 1, end: end) }
      seen |= field.bit
      cursor += 1
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
        if !Self.skipNull(&cursor) { event.version = try Self.integer(&cursor, end: end, field: "version") }
      case .operation: event.operation = try text(&cursor, end: end, symbols: &symbols)
      case .error: event.error = try text(&cursor, end: end, symbols: &symbols)
      case .level:
        if !Self.skipNull(&cursor) { event.level = try level(&cursor, end: end, symbols: &symbols) }
      case .other: try skipValue(&cursor, end: end)
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
  private static func skipSpace(_ cursor: inout UnsafePointer<UInt8>) {
    while cursor.pointee == 0x20 || cursor.pointee == 0x09 || cursor.pointee == 0x0D { cursor += 1 }
  }

  private static func word(_ cursor: inout UnsafePointer<UInt8>, _ word: StaticString) -> Bool {
    for position in 0..<word.utf8CodeUnitCount where cursor[position] != word.utf8Start[position] { return false }
    cursor += word.utf8CodeUnitCount
    return true
  }

  @inline(__always)
  private static func skipNull(_ cursor: inout UnsafePointer<UInt8>) -> Bool {
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
      throw LineFailure("a process: a number from 0, or \"nemesis\"", at: start, end: end)
    }
    let number = try Self.integer(&cursor, end: end, field: "process: a number from 0, or \"nemesis\"")
    guard let process = Int32(exactly: number), process >= 0 else {
      throw LineFailure("a process: a number from 0, or \"nemesis\"", at: start, end: end)
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

  @inline(__always)
  private mutating func value(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Token {
    if cursor.pointee == 0x22 { return symbols.token(try string(&cursor, end: end)) }
    // Most numbers: an integer of at most 18 digits.
    let isNegative = cursor.pointee == 0x2D
    let digits = isNegative ? cursor + 1 : cursor
    if digits.pointee &- 0x30 < 10 {
      var ahead = digits
      var number: Int64 = 0
      while ahead.pointee &- 0x30 < 10, ahead - digits < 19 {
        number = number &* 10 &+ Int64(ahead.pointee &- 0x30)
        ahead += 1
      }
      let isPlain = ahead - digits < 19 && (digits.pointee != 0x30 || ahead - digits == 1)
      if isPlain, ahead.pointee != 0x2E, ahead.pointee | 0x20 != 0x65 {
        cursor = ahead
        return symbols.token(isNegative ? -number : number)
      }
    }
    return try rareValue(&cursor, end: end, symbols: &symbols)
  }

  private mutating func rareValue(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Token {
    if Self.skipNull(&cursor) { return .null }
    if Self.word(&cursor, "true") { return .yes }
    if Self.word(&cursor, "false") { return .no }
    switch cursor.pointee {
    case 0x5B, 0x7B:
      guard depth < Self.depthLimit else {
        throw LineFailure("values nested at most \(Self.depthLimit) deep", at: cursor, end: end)
      }
      depth += 1
      defer { depth -= 1 }
      guard cursor.pointee == 0x5B else { return try object(&cursor, end: end, symbols: &symbols) }
      return symbols.token(try elements(&cursor, end: end, symbols: &symbols))
    case 0x2D, 0x30...0x39: return symbols.token(numeral: try Self.number(&cursor, end: end))
    default:
      throw LineFailure(
        "a value: a string, a number, true, false, null, a list or an object", at: cursor, end: end)
    }
  }

  /// The two elements of a list of two; any other list goes to `value`.
  private mutating func listOrPair(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols, _ value: inout Token
  ) throws(LineFailure) -> (first: Token, second: Token)? {
    depth += 1
    defer { depth -= 1 }
    let elements = try elements(&cursor, end: end, symbols: &symbols)
    if elements.count == 2 { return (elements[0], elements[1]) }
    value = symbols.token(elements)
    return nil
  }

  private mutating func elements(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> [Token] {
    cursor += 1
    var elements: [Token] = []
    Self.skipSpace(&cursor)
    if cursor.pointee == 0x5D {
      cursor += 1
      return elements
    }
    while true {
      Self.skipSpace(&cursor)
      elements.append(try value(&cursor, end: end, symbols: &symbols))
      if try Self.ends(&cursor, with: 0x5D, expected: "`,` or `]`", end: end) { return elements }
    }
  }

  private mutating func object(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Token {
    let start = cursor
    cursor += 1
    var entries: [(key: Token, value: Token)] = []
    Self.skipSpace(&cursor)
    if cursor.pointee == 0x7D {
      cursor += 1
    } else {
      while true {
        Self.skipSpace(&cursor)
        let key = symbols.token(try string(&cursor, end: end))
        Self.skipSpace(&cursor)
        guard cursor.pointee == 0x3A else { throw LineFailure("`:` after a name", at: cursor, end: end) }
        cursor += 1
        Self.skipSpace(&cursor)
        entries.append((key, try value(&cursor, end: end, symbols: &symbols)))
        if try Self.ends(&cursor, with: 0x7D, expected: "`,` or `}`", end: end) { break }
      }
    }
    guard let token = symbols.token(map: entries) else {
      throw LineFailure("an object that has each name once", at: start, end: end)
    }
    return token
  }

  /// Steps over what follows an element: true for the bracket that ends the list, false for a comma.
  private static func ends(
    _ cursor: inout UnsafePointer<UInt8>, with bracket: UInt8, expected: String, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Bool {
    skipSpace(&cursor)
    guard cursor.pointee == 0x2C || cursor.pointee == bracket else {
      throw LineFailure(expected, at: cursor, end: end)
    }
    cursor += 1
    return cursor[-1] == bracket
  }

  private static func number(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> Numeral {
    let start = cursor
    // What a number can consist of; whether it does is for `Numeral` to say.
    while cursor.pointee &- 0x30 < 10 || cursor.pointee == 0x2D || cursor.pointee == 0x2B || cursor.pointee == 0x2E
      || cursor.pointee | 0x20 == 0x65
    {
      cursor += 1
    }
    guard let numeral = Numeral(json: UnsafeBufferPointer(start: start, count: cursor - start)) else {
      let failed = cursor
      cursor = start
      throw LineFailure("a number as JSON has it", at: failed == end ? failed : start, end: end)
    }
    return numeral
  }

  @inline(__always)
  private static func integer(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, field: StaticString
  ) throws(LineFailure) -> Int64 {
    let start = cursor
    let negative = cursor.pointee == 0x2D
    if negative { cursor += 1 }
    let digits = cursor
    var number: UInt64 = 0
    while cursor.pointee &- 0x30 < 10 {
      number = number &* 10 &+ UInt64(cursor.pointee &- 0x30)
      cursor += 1
    }
    let count = cursor - digits
    if count > 0, count <= 18, cursor.pointee != 0x2E, cursor.pointee | 0x20 != 0x65 {
      return negative ? -Int64(number) : Int64(number)
    }
    cursor = start
    if count > 0, case .integer(let wide) = try Self.number(&cursor, end: end) { return wide }
    throw LineFailure("an integer for \(field)", at: start, end: end)
  }

  // MARK: Strings

  /// The bytes of a string, valid until the next call.
  @inline(__always)
  private mutating func string(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> UnsafeBufferPointer<UInt8> {
    guard cursor.pointee == 0x22 else { throw LineFailure("a string in quotes", at: cursor, end: end) }
    let start = cursor + 1
    cursor = start
    while cursor.pointee != 0x22 && cursor.pointee != 0x5C && cursor.pointee >= 0x20 { cursor += 1 }
    if cursor.pointee == 0x22 {
      cursor += 1
      return UnsafeBufferPointer(start: start, count: cursor - 1 - start)
    }
    return try escapedString(from: start, &cursor, end: end)
  }

  private mutating func escapedString(
    from start: UnsafePointer<UInt8>, _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) -> UnsafeBufferPointer<UInt8> {
    scratch.removeAll()
    scratch.append(UnsafeBufferPointer(start: start, count: cursor - start))
    while cursor.pointee != 0x22 {
      let byte = cursor.pointee
      guard byte >= 0x20 else { throw LineFailure("the `\"` that ends a string", at: cursor, end: end) }
      cursor += 1
      guard byte == 0x5C else {
        scratch.append(byte)
        continue
      }
      switch cursor.pointee {
      case 0x22, 0x5C, 0x2F: scratch.append(cursor.pointee)
      case 0x62: scratch.append(0x08)
      case 0x66: scratch.append(0x0C)
      case 0x6E: scratch.append(0x0A)
      case 0x72: scratch.append(0x0D)
      case 0x74: scratch.append(0x09)
      case 0x75:
        try unicodeEscape(&cursor, end: end)
        continue
      default: throw LineFailure("an escape that JSON knows", at: cursor - 1, end: end)
      }
      cursor += 1
    }
    cursor += 1
    return scratch.bytes
  }

  /// `\uXXXX`, with the second half of a surrogate pair; `cursor` stands on the `u`.
  private mutating func unicodeEscape(
    _ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
  ) throws(LineFailure) {
    func unit() throws(LineFailure) -> UInt32 {
      var number: UInt32 = 0
      for position in 1...4 {
        guard let digit = Character(UnicodeScalar(cursor[position])).hexDigitValue else {
          throw LineFailure("four hexadecimal digits after \\u", at: cursor, end: end)
        }
        number = number << 4 | UInt32(digit)
      }
      cursor += 5
      return number
    }
    var number = try unit()
    while (0xD800..<0xDC00).contains(number), cursor.pointee == 0x5C, cursor[1] == 0x75 {
      cursor += 1
      let low = try unit()
      if (0xDC00..<0xE000).contains(low) {
        number = 0x10000 + (number - 0xD800) << 10 + (low - 0xDC00)
      } else {
        LooseText.append(number) { scratch.append($0) }
        number = low
      }
    }
    LooseText.append(number) { scratch.append($0) }
  }

  /// Steps over a value of any shape that the format does not name.
  private mutating func skipValue(_ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) throws(LineFailure) {
    if cursor.pointee == 0x22 {
      _ = try string(&cursor, end: end)
      return
    }
    if cursor.pointee &- 0x30 < 10 {
      let start = cursor
      while cursor.pointee &- 0x30 < 10 { cursor += 1 }
      if start.pointee != 0x30 || cursor - start == 1, cursor.pointee != 0x2E, cursor.pointee | 0x20 != 0x65 { return }
      cursor = start
    }
    // What is rare is read as a value, and forgotten.
    var forgotten = Symbols()
    _ = try rareValue(&cursor, end: end, symbols: &forgotten)
  }
}
