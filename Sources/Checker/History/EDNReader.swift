/// Reads EDN forms from bytes: what of Clojure's notation occurs in histories.
struct EDNReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position = 0
  private var depth = 0
  /// Deeper than any history, and far from the end of a thread's stack.
  private static let depthLimit = 100

  init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// The next byte; `nil` at the end.
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ expected: String, at place: Int? = nil) -> LineFailure {
    guard let base = bytes.baseAddress else { return LineFailure(expected: expected, found: "nothing") }
    return LineFailure(expected, at: base + (place ?? position), end: base + bytes.count)
  }

  /// Steps over space and commas.
  mutating func skipBlanks() {
    while let byte = current, byte <= 0x20 || byte == 0x2C { position += 1 }
  }

  /// Steps over space, commas, comments and discarded forms; false at the end.
  mutating func skipSpace() throws(LineFailure) -> Bool {
    while let byte = current {
      if byte <= 0x20 || byte == 0x2C {
        position += 1
      } else if byte == 0x3B {
        while let other = current, other != 0x0A { position += 1 }
      } else if byte == 0x23, position + 1 < bytes.count, bytes[position + 1] == 0x5F {
        position += 2
        try skipForm()
      } else {
        return true
      }
    }
    return false
  }

  /// Takes one byte if it is next, such as the bracket around a history.
  mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  /// Steps over a tag such as `#jepsen.history.Op`: what it stands before is what counts.
  mutating func skipTag() throws(LineFailure) {
    guard current == 0x23 else { return }
    let start = position
    position += 1
    guard Self.isTag(atom()) else { throw failure("a tag's name behind `#`", at: start) }
    guard try skipSpace() else { throw failure("a value") }
  }

  /// The name of a keyword if one is next; valid as long as what is read.
  mutating func keyword() -> UnsafeBufferPointer<UInt8>? {
    guard current == 0x3A else { return nil }
    return UnsafeBufferPointer(rebasing: atom().dropFirst())
  }

  /// The name of a keyword or symbol, the text of a string, or any other form as it stands.
  mutating func name() throws(LineFailure) -> [UInt8] {
    guard try skipSpace(), let byte = current else { throw failure("a value") }
    if byte == 0x22 { return try string() }
    if byte == 0x3A { return Array(atom().dropFirst()) }
    let start = position
    try skipForm()
    return Array(bytes[start..<position])
  }

  /// Steps over a form.
  mutating func skipForm() throws(LineFailure) {
    var forgotten = Symbols()
    _ = try form(&forgotten)
  }

  // MARK: Values

  mutating func form(_ symbols: inout Symbols) throws(LineFailure) -> Token {
    guard depth < Self.depthLimit else { throw failure("values nested at most \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    guard try skipSpace(), let byte = current else { throw failure("a value") }
    switch byte {
    case 0x22: return try string().withUnsafeBufferPointer { symbols.token($0) }
    case 0x5B, 0x28: return symbols.token(try sequence(to: byte == 0x5B ? 0x5D : 0x29, &symbols))
    case 0x7B: return try map(&symbols)
    case 0x23: return try tagged(&symbols)
    case 0x5D, 0x7D, 0x29: throw failure("a value")
    case 0x5C: return symbols.token(.character, UnsafeBufferPointer(rebasing: character()))
    default: return try interpret(atom(), &symbols)
    }
  }

  /// The two elements of a vector of two, else what is next as a whole.
  mutating func formOrPair(_ symbols: inout Symbols) throws(LineFailure) -> ValueOrPair {
    guard try skipSpace(), current == 0x5B else { return .value(try form(&symbols)) }
    depth += 1
    defer { depth -= 1 }
    let elements = try sequence(to: 0x5D, &symbols)
    return elements.count == 2 ? .pair(elements[0], elements[1]) : .value(symbols.token(elements))
  }

  private mutating func map(_ symbols: inout Symbols) throws(LineFailure) -> Token {
    let start = position
    let forms = try sequence(to: 0x7D, &symbols)
    guard forms.count % 2 == 0 else { throw failure("a value for every key of the map", at: start) }
    let entries = stride(from: 0, to: forms.count, by: 2).map { (key: forms[$0], value: forms[$0 + 1]) }
    guard let token = symbols.token(map: entries) else { throw failure("a map that has each key once", at: start) }
    return token
  }

  private mutating func tagged(_ symbols: inout Symbols) throws(LineFailure) -> Token {
    let start = position
    position += 1
    if current == 0x7B {
      guard let token = symbols.token(set: try sequence(to: 0x7D, &symbols)) else {
        throw failure("a set that has each element once", at: start)
      }
      return token
    }
    // `##Inf`, `##NaN`.
    if current == 0x23 {
      _ = atom()
      return symbols.token(.symbol, UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }
    let tag = atom()
    guard Self.isTag(tag) else { throw failure("a tag's name behind `#`", at: start) }
    let value = try form(&symbols)
    return symbols.token(tag: UnsafeBufferPointer(rebasing: tag), value)
  }

  private mutating func sequence(to close: UInt8, _ symbols: inout Symbols) throws(LineFailure) -> [Token] {
    let start = position
    position += 1
    var forms: [Token] = []
    while true {
      guard try skipSpace() else { throw failure("`\(Character(UnicodeScalar(close)))`", at: start) }
      if take(close) { return forms }
      forms.append(try form(&symbols))
    }
  }

  private mutating func string() throws(LineFailure) -> [UInt8] {
    let start = position
    position += 1
    while let byte = current, byte != 0x22, byte != 0x5C { position += 1 }
    if current == 0x22 {
      position += 1
      return Array(bytes[(start + 1)..<(position - 1)])
    }
    return try escapedString(from: start)
  }

  private mutating func escapedString(from start: Int) throws(LineFailure) -> [UInt8] {
    var text = Array(bytes[(start + 1)..<position])
    /// The first half of a surrogate pair, until what follows is known.
    var half: UInt32?
    func settle() {
      if let number = half { LooseText.append(number) { text.append($0) } }
      half = nil
    }
    while let byte = current, byte != 0x22 {
      position += 1
      guard byte == 0x5C else {
        settle()
        text.append(byte)
        continue
      }
      guard let escaped = current else { break }
      position += 1
      if escaped != 0x75 { settle() }
      switch escaped {
      case 0x22, 0x5C, 0x2F: text.append(escaped)
      case 0x6E: text.append(0x0A)
      case 0x74: text.append(0x09)
      case 0x72: text.append(0x0D)
      case 0x62: text.append(0x08)
      case 0x66: text.append(0x0C)
      case 0x75:
        let number = try unit(from: start)
        if let high = half, (0xDC00..<0xE000).contains(number) {
          half = nil
          LooseText.append(0x10000 + (high - 0xD800) << 10 + (number - 0xDC00)) { text.append($0) }
        } else {
          settle()
          half = number
        }
      default:
        position -= 2
        throw failure("an escape that EDN knows")
      }
      if let number = half, !(0xD800..<0xDC00).contains(number) { settle() }
    }
    settle()
    guard take(0x22) else { throw failure("the `\"` that ends a string", at: start) }
    return text
  }

  /// The four digits behind `\u`.
  private mutating func unit(from start: Int) throws(LineFailure) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current else { throw failure("four hexadecimal digits after \\u", at: start) }
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits after \\u")
      }
      number = number << 4 | UInt32(digit)
      position += 1
    }
    return number
  }

  /// What stands behind a backslash: one character, whatever it is, or a name such as `newline`.
  private mutating func character() -> Slice<UnsafeBufferPointer<UInt8>> {
    let start = position + 1
    position = min(bytes.count, start + 1)
    while let byte = current, byte > 0x20, !Self.isDelimiter(byte) { position += 1 }
    return bytes[min(start, position)..<position]
  }

  private mutating func atom() -> Slice<UnsafeBufferPointer<UInt8>> {
    let start = position
    while let byte = current, byte > 0x20, !Self.isDelimiter(byte) || position == start { position += 1 }
    return bytes[start..<position]
  }

  @inline(__always)
  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    // `"` `,` `;` `(` `)` `[` `]` `{` `}`
    case 0x22, 0x2C, 0x3B, 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D: true
    default: false
    }
  }

  private func interpret(
    _ atom: Slice<UnsafeBufferPointer<UInt8>>, _ symbols: inout Symbols
  ) throws(LineFailure) -> Token {
    let text = UnsafeBufferPointer(rebasing: atom)
    if text.first == 0x3A { return symbols.token(.keyword, UnsafeBufferPointer(rebasing: text.dropFirst())) }
    if text.elementsEqual("nil".utf8) { return .null }
    if text.elementsEqual("true".utf8) { return .yes }
    if text.elementsEqual("false".utf8) { return .no }
    guard Self.isNumber(text) else {
      guard text.first.map({ !Self.isMacro($0) }) ?? true else { throw failure("a value", at: atom.startIndex) }
      return symbols.token(.symbol, text)
    }
    if let small = Self.smallInteger(text) { return symbols.token(small) }
    guard let numeral = Numeral(edn: text) else { throw failure("a number as EDN has it", at: atom.startIndex) }
    return symbols.token(numeral: numeral)
  }

  /// Whether a name can be that of a tag: it begins with a letter, unlike Clojure's `#:a{:b 1}` and `#'a`.
  private static func isTag(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    name.first.map { $0 >= 0x80 || (0x61...0x7A).contains($0 | 0x20) } ?? false
  }

  /// Whether a character changes what Clojure reads next, as in `^{:a 1} 5`. EDN has no such forms: taken for symbols,
  /// they would hide the values behind them.
  private static func isMacro(_ byte: UInt8) -> Bool {
    switch byte {
    // `'` `@` `^` `` ` `` `~`
    case 0x27, 0x40, 0x5E, 0x60, 0x7E: true
    default: false
    }
  }

  /// Whether it begins as only numbers do.
  private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    if first &- 0x30 < 10 { return true }
    return (first == 0x2B || first == 0x2D) && text.count > 1 && text[1] &- 0x30 < 10
  }

  /// Most numbers: an integer of at most 18 digits.
  private static func smallInteger(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let isNegative = text[0] == 0x2D
    let digits = text[(isNegative ? 1 : 0)...]
    guard digits.count <= 18, digits.first != 0x30 || digits.count == 1 else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard digit &- 0x30 < 10 else { return nil }
      number = number * 10 + Int64(digit - 0x30)
    }
    return isNegative ? -number : number
  }
}

/// A value, or the two that a vector of two holds, which may be a key and its value.
enum ValueOrPair {
  case value(Token)
  case pair(Token, Token)
}
