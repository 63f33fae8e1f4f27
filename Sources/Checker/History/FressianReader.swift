/// Reads values in Fressian, the binary notation of Clojure's values that Jepsen's store is written in.
///
/// The codes are those of Fressian's own documentation (Datomic/fressian), the tags those that Jepsen and Clojure's
/// binding add.
struct FressianReader {
  private struct StructType {
    var name: String
    var fields: Int
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position = 0
  /// Values that come again are written once; `nil` while one is being read.
  private var cache: [Token?] = []
  private var structs: [StructType] = []
  private var depth = 0
  /// Deeper than any history, and far from the end of a thread's stack.
  private static let depthLimit = 100

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  /// What stands at the top of a history: an operation of its own kind, or any value.
  enum Element {
    case operation(fields: [Token], isEntry: Bool)
    case value(Token)
  }

  // MARK: Structure

  /// The next operation as Jepsen writes it since 0.3, or any other value.
  mutating func element(_ symbols: inout Symbols) throws(LineFailure) -> Element {
    let code = try byte()
    guard let type = try structType(code, &symbols) else { return .value(try value(code, &symbols)) }
    guard type.name == "jepsen.history.Op" else { return .value(try structure(type, &symbols)) }
    guard type.fields == 7 else { throw failure("an operation of seven fields") }
    var fields: [Token] = []
    var isEntry = false
    for place in 0..<7 {
      if place == 5 {
        // Independent keys are map entries, which vectors of two are not.
        let code = try byte()
        if let type = try structType(code, &symbols) {
          isEntry = type.name == "map-entry"
          fields.append(try structure(type, &symbols))
        } else {
          fields.append(try value(code, &symbols))
        }
      } else {
        fields.append(try value(&symbols))
      }
    }
    return .operation(fields: fields, isEntry: isEntry)
  }

  /// The number of elements of a list that is next; `nil` when anything else is. -1: up to a mark.
  mutating func listHeader() throws(LineFailure) -> Int? {
    guard let code = bytes.count > position ? bytes[position] : nil else { throw failure("a value") }
    switch code {
    case 0xE4..<0xEC:
      position += 1
      return Int(code - 0xE4)
    case 0xEC:
      position += 1
      return try count()
    case 0xED, 0xEE:
      position += 1
      return -1
    default: return nil
    }
  }

  /// Steps over the mark that ends a list, if it is next.
  mutating func takeListEnd() -> Bool {
    guard !isAtEnd, bytes[position] == 0xFD else { return false }
    position += 1
    return true
  }

  mutating func value(_ symbols: inout Symbols) throws(LineFailure) -> Token {
    guard depth < Self.depthLimit else { throw failure("values nested at most \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    return try value(try byte(), &symbols)
  }

  private mutating func value(_ code: UInt8, _ symbols: inout Symbols) throws(LineFailure) -> Token {
    if let integer = try integer(code) { return symbols.token(integer) }
    if let type = try structType(code, &symbols) { return try structure(type, &symbols) }
    switch code {
    case 0x80..<0xA0: return try cached(Int(code - 0x80))
    case 0xCC: return try cached(try count())
    case 0xCD:
      let place = cache.count
      cache.append(nil)
      let token = try value(&symbols)
      if place < cache.count { cache[place] = token }
      return token
    case 0xCF:
      // A footer: its mark, a length and a checksum, which Jepsen does not look at; the block has its own.
      _ = try raw(11)
      (cache, structs) = ([], [])
      return try value(&symbols)
    case 0xFE:
      (cache, structs) = ([], [])
      return try value(&symbols)
    case 0xD0..<0xD8, 0xD8, 0xD9: return symbols.token(tag: "bytes", symbols.token(Self.text(try blob(code))))
    case 0xDA..<0xE2, 0xE2, 0xE3: return symbols.token(Self.text(try string(code)))
    case 0xE4..<0xEF:
      position -= 1
      return symbols.token(try list(&symbols))
    case 0xF5: return .yes
    case 0xF6: return .no
    case 0xF7: return .null
    case 0xF9: return symbols.token(decimal: Double(Float(bitPattern: UInt32(try number(4)))))
    case 0xFA: return symbols.token(decimal: Double(bitPattern: try number(8)))
    case 0xFB: return symbols.token(decimal: 0)
    case 0xFC: return symbols.token(decimal: 1)
    default:
      position -= 1
      throw failure("a code of Fressian")
    }
  }

  private func cached(_ place: Int) throws(LineFailure) -> Token {
    guard place >= 0, place < cache.count, let token = cache[place] else {
      throw failure("a value that was written before")
    }
    return token
  }

  private mutating func list(_ symbols: inout Symbols) throws(LineFailure) -> [Token] {
    guard depth < Self.depthLimit else { throw failure("values nested at most \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    let isOpen = !isAtEnd && bytes[position] == 0xEE
    guard let header = try listHeader() else { throw failure("a list") }
    var elements: [Token] = []
    while header < 0 || elements.count < header {
      if header < 0, takeListEnd() || isOpen && isAtEnd { break }
      elements.append(try value(&symbols))
    }
    return elements
  }

  // MARK: Tagged values

  /// The type of a value with a tag that the code begins; `nil` for any other code.
  private mutating func structType(_ code: UInt8, _ symbols: inout Symbols) throws(LineFailure) -> StructType? {
    switch code {
    case 0xA0..<0xB0: return try known(Int(code - 0xA0))
    case 0xF0: return try known(try count())
    case 0xEF:
      let tag = try value(&symbols)
      let name = String(decoding: symbols.bytes(tag) ?? [], as: UTF8.self)
      let type = StructType(name: name, fields: try count())
      structs.append(type)
      return type
    default:
      return (0xB0..<0xCB).contains(code) ? Self.shortTags[code] : nil
    }
  }

  private func known(_ place: Int) throws(LineFailure) -> StructType {
    guard place >= 0, place < structs.count else { throw failure("a tag that was written before") }
    return structs[place]
  }

  /// Tags with codes of their own.
  private static let shortTags: [UInt8: StructType] = [
    0xC0: ("map", 1), 0xC1: ("set", 1), 0xC3: ("uuid", 1), 0xC4: ("regex", 1), 0xC5: ("uri", 1), 0xC6: ("bigint", 1),
    0xC7: ("bigdec", 2), 0xC8: ("inst", 1), 0xC9: ("sym", 2), 0xCA: ("key", 2), 0xB0: ("long[]", 2),
    0xB1: ("double[]", 2), 0xB2: ("boolean[]", 2), 0xB3: ("int[]", 2), 0xB4: ("float[]", 2), 0xB5: ("Object[]", 2),
  ].mapValues { StructType(name: $0, fields: $1) }

  private mutating func structure(_ type: StructType, _ symbols: inout Symbols) throws(LineFailure) -> Token {
    guard depth < Self.depthLimit else { throw failure("values nested at most \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    let name = type.name
    switch name {
    case "map":
      let flat = try elements(&symbols)
      guard flat.count % 2 == 0 else { throw failure("a value for every key of the map") }
      let entries = stride(from: 0, to: flat.count, by: 2).map { (key: flat[$0], value: flat[$0 + 1]) }
      guard let token = symbols.token(map: entries) else { throw failure("a map that has each key once") }
      return token
    case "set", "persistent-hash-set", "persistent-sorted-set":
      guard let token = symbols.token(set: try elements(&symbols)) else {
        throw failure("a set that has each element once")
      }
      return token
    case "key", "sym":
      let space = try value(&symbols)
      let bare = try value(&symbols)
      let full = (symbols.bytes(space).map { $0 + [0x2F] } ?? []) + (symbols.bytes(bare) ?? [])
      return full.withUnsafeBufferPointer { symbols.token(name == "key" ? .keyword : .symbol, $0) }
    case "map-entry":
      let pair = [try value(&symbols), try value(&symbols)]
      return symbols.token(pair)
    case "vec", "byte": return try value(&symbols)
    case "bigint": return symbols.token(numeral: Numeral(edn: Self.decimal(try blob(try byte()))) ?? .integer(0))
    case "bigdec":
      let digits = Self.decimal(try blob(try byte()))
      let scale = try value(&symbols)
      guard let places = symbols.integer(scale).flatMap({ Int32(exactly: $0) }),
        let numeral = Numeral(edn: digits + Array("e\(-Int64(places))M".utf8))
      else { throw failure("a decimal") }
      return symbols.token(numeral: numeral)
    case "ratio":
      let halves = [try value(&symbols), try value(&symbols)]
      let parts = halves.map { Array(symbols.value($0).description.utf8) }
      guard let numeral = Numeral(edn: parts[0] + [0x2F] + parts[1]) else { throw failure("a fraction") }
      return symbols.token(numeral: numeral)
    case "char":
      let scalar = try value(&symbols)
      guard let code = symbols.integer(scalar), let number = UInt32(exactly: code), number < 0x11_0000
      else { throw failure("a character") }
      var bytes: [UInt8] = []
      LooseText.append(number) { bytes.append($0) }
      return bytes.withUnsafeBufferPointer { symbols.token(.character, $0) }
    case "int[]", "long[]", "double[]", "float[]", "boolean[]", "Object[]":
      var elements: [Token] = []
      let count = try count()
      while elements.count < count { elements.append(try value(&symbols)) }
      return symbols.token(elements)
    default:
      guard type.fields >= 0 else { throw failure("a number of fields") }
      var fields: [Token] = []
      while fields.count < type.fields { fields.append(try value(&symbols)) }
      return symbols.token(tag: name, fields.count == 1 ? fields[0] : symbols.token(fields))
    }
  }

  /// The elements of a list, or none where there is nothing: Clojure has no empty sequence.
  private mutating func elements(_ symbols: inout Symbols) throws(LineFailure) -> [Token] {
    let token = try value(&symbols)
    guard let elements = token.isNull ? [] : symbols.list(token) else { throw failure("a list") }
    return elements
  }

  // MARK: Bytes

  private func failure(_ expected: String) -> LineFailure {
    let found = isAtEnd ? "the end" : "the byte \(bytes[position]) at \(position)"
    return LineFailure(expected: expected, found: found)
  }

  private mutating func byte() throws(LineFailure) -> UInt8 {
    guard position < bytes.count else { throw failure("more of it") }
    position += 1
    return bytes[position - 1]
  }

  private mutating func raw(_ count: Int) throws(LineFailure) -> UnsafeBufferPointer<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw failure("\(count) more bytes") }
    position += count
    return UnsafeBufferPointer(rebasing: bytes[(position - count)..<position])
  }

  private mutating func number(_ count: Int) throws(LineFailure) -> UInt64 {
    try raw(count).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func count() throws(LineFailure) -> Int {
    guard let count = try integer(try byte()), count >= 0 else { throw failure("a count") }
    return Int(count)
  }

  /// The integer that the code begins; `nil` for any other code.
  private mutating func integer(_ code: UInt8) throws(LineFailure) -> Int64? {
    switch code {
    case 0xFF: return -1
    case 0x00..<0x40: return Int64(code)
    case 0x40..<0x60: return (Int64(code) - 0x50) << 8 | Int64(try number(1))
    case 0x60..<0x70: return (Int64(code) - 0x68) << 16 | Int64(try number(2))
    case 0x70..<0x74: return (Int64(code) - 0x72) << 24 | Int64(try number(3))
    case 0x74..<0x78: return (Int64(code) - 0x76) << 32 | Int64(try number(4))
    case 0x78..<0x7C: return (Int64(code) - 0x7A) << 40 | Int64(try number(5))
    case 0x7C..<0x80: return (Int64(code) - 0x7E) << 48 | Int64(try number(6))
    case 0xF8: return Int64(bitPattern: try number(8))
    default: return nil
    }
  }

  private mutating func string(_ code: UInt8) throws(LineFailure) -> [UInt8] {
    try pieces(code, packed: 0xDA, chunk: 0xE2, whole: 0xE3)
  }

  private mutating func blob(_ code: UInt8) throws(LineFailure) -> [UInt8] {
    try pieces(code, packed: 0xD0, chunk: 0xD8, whole: 0xD9)
  }

  /// Bytes in one piece or in chunks, of which the last has another code.
  private mutating func pieces(
    _ code: UInt8, packed: UInt8, chunk: UInt8, whole: UInt8
  ) throws(LineFailure) -> [UInt8] {
    var text: [UInt8] = []
    var code = code
    while code == chunk {
      text += try raw(try count())
      code = try byte()
    }
    if code >= packed, code < packed + 8 { return text + (try raw(Int(code - packed))) }
    guard code == whole else { throw failure("the rest of a text") }
    return text + (try raw(try count()))
  }

  /// UTF-8 of Java's strings, which has a character past the first 65 536 as its two surrogates.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(0xED) else { return bytes }
    var text: [UInt8] = []
    var rest = bytes[...]
    while let first = rest.first {
      if let high = LooseText.surrogate(rest), (0xD800..<0xDC00).contains(high),
        let low = LooseText.surrogate(rest.dropFirst(3)), (0xDC00..<0xE000).contains(low)
      {
        LooseText.append(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) { text.append($0) }
        rest = rest.dropFirst(6)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The digits of an integer in two's complement, big end first.
  private static func decimal(_ bytes: [UInt8]) -> [UInt8] {
    let isNegative = bytes.first.map { $0 >= 0x80 } ?? false
    var rest = isNegative ? bytes.map { ~$0 } : bytes
    if isNegative {
      var place = rest.count - 1
      while place >= 0 {
        rest[place] &+= 1
        if rest[place] != 0 { break }
        place -= 1
      }
      // A power of two whose only one was carried out of the front.
      if rest.allSatisfy({ $0 == 0 }) { rest.insert(1, at: 0) }
    }
    var digits: [UInt8] = []
    while rest.contains(where: { $0 != 0 }) {
      var remainder = 0
      for place in rest.indices {
        let number = remainder << 8 | Int(rest[place])
        rest[place] = UInt8(number / 10)
        remainder = number % 10
      }
      digits.append(UInt8(remainder) + 0x30)
    }
    if digits.isEmpty { return [0x30] }
    return (isNegative ? [0x2D] : []) + digits.reversed()
  }
}

extension Symbols {
  fileprivate mutating func token(_ text: [UInt8]) -> Token { text.withUnsafeBufferPointer { token($0) } }

  fileprivate mutating func token(tag: String, _ value: Token) -> Token {
    Self.withBytes(tag) { token(tag: $0, value) }
  }

  /// A floating-point number, as EDN has it.
  fileprivate mutating func token(decimal number: Double) -> Token {
    guard number.isFinite else {
      return Self.withBytes(number.isNaN ? "##NaN" : number > 0 ? "##Inf" : "##-Inf") { token(.symbol, $0) }
    }
    return token(numeral: Numeral(edn: "\(number)".utf8) ?? .text(Array("\(number)".utf8)))
  }
}
