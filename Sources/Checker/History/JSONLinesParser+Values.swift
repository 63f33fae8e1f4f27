/// JSON's values: read into tokens, or stepped over.
extension JSONLinesParser {
  @inline(__always)
  mutating func value(
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
  mutating func listOrPair(
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

  static func number(
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
  static func integer(
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

  /// Steps over a value of any shape that the format does not name.
  mutating func skipValue(_ cursor: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) throws(LineFailure) {
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
