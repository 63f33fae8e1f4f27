/// Reads EDN forms from bytes: what of Clojure's notation occurs in histories.
struct EDNReader {
  indirect enum Form: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case keyword(String)
    /// A symbol, a fraction, a big number: kept as it stands.
    case text(String)
    case list([Form])
    case map([Form])
  }

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

  /// Steps over space, commas, comments and discarded forms; false at the end.
  mutating func skipSpace() throws(LineFailure) -> Bool {
    while let byte = current {
      if byte <= 0x20 || byte == 0x2C {
        position += 1
      } else if byte == 0x3B {
        while let other = current, other != 0x0A { position += 1 }
      } else if byte == 0x23, position + 1 < bytes.count, bytes[position + 1] == 0x5F {
        position += 2
        _ = try form()
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
    position += 1
    _ = atom()
    guard try skipSpace() else { throw failure("a value") }
  }

  /// The name of a keyword if one is next; valid as long as what is read.
  mutating func keyword() -> UnsafeBufferPointer<UInt8>? {
    guard current == 0x3A else { return nil }
    return UnsafeBufferPointer(rebasing: atom().dropFirst())
  }

  mutating func form() throws(LineFailure) -> Form {
    guard depth < Self.depthLimit else { throw failure("values nested at most \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    guard try skipSpace(), let byte = current else { throw failure("a value") }
    switch byte {
    case 0x22: return .string(try string())
    case 0x5B, 0x28: return .list(try sequence(to: byte == 0x5B ? 0x5D : 0x29))
    case 0x7B:
      let start = position
      let forms = try sequence(to: 0x7D)
      guard forms.count % 2 == 0 else { throw failure("a value for every key of the map", at: start) }
      return .map(forms)
    case 0x23: return try tagged()
    case 0x5D, 0x7D, 0x29: throw failure("a value")
    case 0x5C: return .string(String(decoding: atom().dropFirst(), as: UTF8.self))
    default: return interpret(atom())
    }
  }

  private mutating func tagged() throws(LineFailure) -> Form {
    position += 1
    // A set; the order of its elements says nothing.
    if current == 0x7B { return .list(try sequence(to: 0x7D)) }
    _ = atom()
    return try form()
  }

  private mutating func sequence(to close: UInt8) throws(LineFailure) -> [Form] {
    let start = position
    position += 1
    var forms: [Form] = []
    while true {
      guard try skipSpace() else { throw failure("`\(Character(UnicodeScalar(close)))`", at: start) }
      if take(close) { return forms }
      forms.append(try form())
    }
  }

  private mutating func string() throws(LineFailure) -> String {
    let start = position
    position += 1
    while let byte = current, byte != 0x22, byte != 0x5C { position += 1 }
    if current == 0x22 {
      position += 1
      return String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
    }
    return try escapedString(from: start)
  }

  private mutating func escapedString(from start: Int) throws(LineFailure) -> String {
    var text = Array(bytes[(start + 1)..<position])
    while let byte = current, byte != 0x22 {
      position += 1
      guard byte == 0x5C, let escaped = current else {
        text.append(byte)
        continue
      }
      position += 1
      switch escaped {
      case 0x6E: text.append(0x0A)
      case 0x74: text.append(0x09)
      case 0x72: text.append(0x0D)
      case 0x75:
        guard position + 4 <= bytes.count else {
          position = bytes.count
          throw failure("four hexadecimal digits after \\u", at: start)
        }
        guard let number = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits after \\u") }
        position += 4
        text.append(contentsOf: String(UnicodeScalar(number) ?? "\u{FFFD}").utf8)
      default: text.append(escaped)
      }
    }
    guard take(0x22) else { throw failure("the `\"` that ends a string", at: start) }
    return String(decoding: text, as: UTF8.self)
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

  private func interpret(_ atom: Slice<UnsafeBufferPointer<UInt8>>) -> Form {
    if atom.first == 0x3A { return .keyword(String(decoding: atom.dropFirst(), as: UTF8.self)) }
    let text = String(decoding: atom, as: UTF8.self)
    switch text {
    case "nil": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    let digits = text.hasSuffix("N") ? String(text.dropLast()) : text
    return Int64(digits).map(Form.integer) ?? .text(text)
  }
}

extension EDNReader.Form {
  /// The form as a history's value.
  func value(at start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) throws(LineFailure) -> Value {
    switch self {
    case .null: return .null
    case .bool(let truth): return .bool(truth)
    case .integer(let integer): return .integer(integer)
    case .string(let text), .keyword(let text), .text(let text): return .string(text)
    case .list(let forms):
      var values: [Value] = []
      for form in forms { values.append(try form.value(at: start, end: end)) }
      return .list(values)
    case .map: throw LineFailure("a scalar or a vector for a value", at: start, end: end)
    }
  }

  /// The form as a text for people.
  var description: String {
    switch self {
    case .null: "nil"
    case .bool(let truth): String(truth)
    case .integer(let integer): String(integer)
    case .string(let text), .text(let text): text
    case .keyword(let text): text
    case .list(let forms): "[" + forms.map(\.description).joined(separator: " ") + "]"
    case .map(let forms): "{" + forms.map(\.description).joined(separator: " ") + "}"
    }
  }
}
