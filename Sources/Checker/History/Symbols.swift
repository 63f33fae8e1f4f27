/// The names and values of one history, each stored once: what compact events refer to by number.
///
/// Not thread safe: it has one owner at a time, the parser while it parses, and then the caller that took the result.
package struct Symbols: Sendable {
  /// Strings that do not pack into a token, error texts and operation ids among them.
  private var strings = StringTable()
  private var keys = StringTable()
  /// Number + 1 of a key by its packed token, so that short keys are found without touching their bytes.
  private var keyNumbers: [UInt64: Int32] = [:]
  private var lastKey: (bits: UInt64, number: Int32) = (0, -1)
  private var functions = StringTable()
  private var levels = StringTable()
  private var lists: [[Token]] = []
  private var listNumbers: [[Token]: Int] = [:]

  package init() {}

  package var keyCount: Int { keys.count }
  package var functionCount: Int { functions.count }
  package var levelCount: Int { levels.count }

  // MARK: Interning

  package mutating func token(_ bytes: UnsafeBufferPointer<UInt8>) -> Token {
    if let packed = Token.packed(bytes) { return packed }
    return Token(bits: Token.stringTag << 60 | UInt64(strings.intern(bytes)))
  }

  package mutating func token(_ integer: Int64) -> Token {
    if let small = Token.small(integer) { return small }
    return Self.withBytes(String(integer)) { token(.number, $0) }
  }

  mutating func token(numeral: Numeral) -> Token {
    switch numeral {
    case .integer(let integer): token(integer)
    case .text(let text): text.withUnsafeBufferPointer { token(.number, $0) }
    }
  }

  /// A value that is known by a name of its kind.
  mutating func token(_ kind: Token.Rare, _ name: UnsafeBufferPointer<UInt8>) -> Token {
    .rare(kind, strings.intern(name))
  }

  package mutating func token(_ list: [Token]) -> Token {
    Token(bits: Token.listTag << 60 | UInt64(number(of: list)))
  }

  private mutating func number(of list: [Token]) -> Int {
    if let number = listNumbers[list] { return number }
    lists.append(list)
    listNumbers[list] = lists.count - 1
    return lists.count - 1
  }

  /// - Returns: `nil` when an element comes twice.
  package mutating func token(set elements: [Token]) -> Token? {
    let sorted = elements.sorted { $0.bits < $1.bits }
    guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0 != $1 }) else { return nil }
    return .rare(.set, number(of: sorted))
  }

  /// - Returns: `nil` when a key comes twice.
  package mutating func token(map entries: [(key: Token, value: Token)]) -> Token? {
    let sorted = entries.sorted { $0.key.bits < $1.key.bits }
    guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.key != $1.key }) else { return nil }
    return .rare(.map, number(of: sorted.flatMap { [$0.key, $0.value] }))
  }

  mutating func token(tag: UnsafeBufferPointer<UInt8>, _ value: Token) -> Token {
    .rare(.tagged, number(of: [token(tag), value]))
  }

  package mutating func token(_ value: Value) -> Token {
    switch value {
    case .null: return .null
    case .bool(let truth): return truth ? .yes : .no
    case .integer(let integer): return token(integer)
    case .number(let text): return Int64(text).map { token($0) } ?? Self.withBytes(text) { token(.number, $0) }
    case .string(let string): return Self.withBytes(string) { token($0) }
    case .bytes(let bytes): return bytes.withUnsafeBufferPointer { token($0) }
    case .keyword(let name): return Self.withBytes(name) { token(.keyword, $0) }
    case .symbol(let name): return Self.withBytes(name) { token(.symbol, $0) }
    case .character(let name): return Self.withBytes(name) { token(.character, $0) }
    case .list(let values): return token(values.map { token($0) })
    case .set(let values):
      return .rare(.set, number(of: values.map { token($0) }.sorted { $0.bits < $1.bits }))
    case .map(let entries):
      let sorted = entries.map { (key: token($0.key), value: token($0.value)) }.sorted { $0.key.bits < $1.key.bits }
      return .rare(.map, number(of: sorted.flatMap { [$0.key, $0.value] }))
    case .tagged(let tag, let value):
      let inner = token(value)
      return Self.withBytes(tag) { token(tag: $0, inner) }
    }
  }

  package mutating func key(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let packed = Token.packed(bytes) else {
      // Set apart from the marks of keys that are no strings.
      guard let first = bytes.first, first >= Self.looseKeyMark else { return Int32(keys.intern(bytes)) }
      return ([Self.looseKeyMark] + bytes).withUnsafeBufferPointer { Int32(keys.intern($0)) }
    }
    if packed.bits == lastKey.bits, lastKey.number >= 0 { return lastKey.number }
    if let number = keyNumbers[packed.bits] {
      lastKey = (packed.bits, number)
      return number
    }
    let number = Int32(keys.intern(bytes))
    keyNumbers[packed.bits] = number
    return number
  }

  /// The key that any value is: the integer 1 is another key than the string `"1"`.
  package mutating func key(_ token: Token) -> Int32 {
    if let bytes = bytes(token) { return bytes.withUnsafeBufferPointer { key($0) } }
    var name = [Self.valueKeyMark]
    withUnsafeBytes(of: token.bits.bigEndian) { name.append(contentsOf: $0) }
    return name.withUnsafeBufferPointer { Int32(keys.intern($0)) }
  }

  /// Bytes that UTF-8 does not have. In front of the eight bytes of a token that is the key;
  private static let valueKeyMark: UInt8 = 0xFF
  /// and in front of a string that begins with one of the two itself.
  private static let looseKeyMark: UInt8 = 0xFE

  package mutating func function(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
    let number = functions.intern(bytes)
    return number < 256 ? UInt8(number) : nil
  }

  package mutating func level(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
    let number = levels.intern(bytes)
    return number < 255 ? UInt8(number) : nil
  }

  package mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 { Int32(strings.intern(bytes)) }

  static func withBytes<Result>(_ string: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    var string = string
    return string.withUTF8(body)
  }

  // MARK: Reading back

  /// A key as people write it; one that is no string as `Value.description` has it.
  package func key(_ number: Int32) -> String? {
    guard number >= 0 else { return nil }
    switch otherKey(number) {
    case nil: return String(decoding: keys.bytes(Int(number)), as: UTF8.self)
    case .bytes(let bytes)?: return LooseText.escaped(bytes)
    case let value?: return value.description
    }
  }

  /// A key that is no string of Unicode; `nil` for any other.
  private func otherKey(_ number: Int32) -> Value? {
    guard number >= 0 else { return nil }
    let bytes = keys.bytes(Int(number))
    switch bytes.first {
    case Self.valueKeyMark: return value(Token(bits: bytes.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }))
    case Self.looseKeyMark: return .bytes(Array(bytes.dropFirst()))
    default: return String(validating: bytes, as: UTF8.self) == nil ? .bytes(Array(bytes)) : nil
    }
  }

  package func function(_ number: UInt8) -> String { functions.string(Int(number)) }
  package func level(_ number: UInt8) -> String? { number == CompactEvent.noLevel ? nil : levels.string(Int(number)) }
  package func text(_ number: Int32) -> String? { number < 0 ? nil : strings.string(Int(number)) }

  /// The elements of a list; `nil` for any other value.
  package func list(_ token: Token) -> [Token]? { token.isList ? lists[Int(token.payload)] : nil }

  /// The elements of a list or a set; `nil` for any other value.
  package func elements(_ token: Token) -> [Token]? { token.isSet ? lists[token.rareNumber] : list(token) }

  /// The entries of a map; `nil` for any other value.
  package func entries(_ token: Token) -> [(key: Token, value: Token)]? {
    guard token.rare == .map else { return nil }
    let flat = lists[token.rareNumber]
    return stride(from: 0, to: flat.count, by: 2).map { (flat[$0], flat[$0 + 1]) }
  }

  /// A whole number of 64 bits; `nil` for any other value.
  package func integer(_ token: Token) -> Int64? {
    if token.tag == Token.integerTag { return Int64(bitPattern: token.bits << 4) >> 4 }
    return token.rare == .number ? Int64(strings.string(token.rareNumber)) : nil
  }

  /// The UTF-8 of a string token; `nil` for any other value.
  package func bytes(_ token: Token) -> [UInt8]? {
    switch token.tag {
    case 0...10: token.unpacked()
    case Token.stringTag: Array(strings.bytes(Int(token.payload)))
    default: nil
    }
  }

  /// The name of a keyword, without its colon; `nil` for any other value.
  package func keyword(_ token: Token) -> String? {
    token.rare == .keyword ? strings.string(token.rareNumber) : nil
  }

  /// Whether a process is the fault injector: Jepsen writes a keyword, histories converted from JSON have a string.
  func isNemesis(_ process: Token) -> Bool {
    keyword(process) == "nemesis" || bytes(process).map { $0.elementsEqual("nemesis".utf8) } ?? false
  }

  package func value(_ token: Token) -> Value {
    switch token.tag {
    case Token.integerTag: return .integer(Int64(bitPattern: token.bits << 4) >> 4)
    case Token.stringTag:
      let bytes = strings.bytes(Int(token.payload))
      return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
    case Token.listTag: return .list(lists[Int(token.payload)].map(value))
    case Token.constantTag: return token == .null ? .null : .bool(token == .yes)
    case Token.rareTag: return rareValue(token)
    default: return .string(String(decoding: token.unpacked(), as: UTF8.self))
    }
  }

  private func rareValue(_ token: Token) -> Value {
    switch token.rare {
    case .number:
      let text = strings.string(token.rareNumber)
      return Int64(text).map { .integer($0) } ?? .number(text)
    case .keyword: return .keyword(strings.string(token.rareNumber))
    case .symbol: return .symbol(strings.string(token.rareNumber))
    case .character: return .character(strings.string(token.rareNumber))
    case .set: return .set(Set(lists[token.rareNumber].map(value)))
    case .map:
      let entries = entries(token) ?? []
      return .map(Dictionary(entries.map { (value($0.key), value($0.value)) }) { first, _ in first })
    case .tagged:
      let pair = lists[token.rareNumber]
      return .tagged(String(decoding: bytes(pair[0]) ?? [], as: UTF8.self), value(pair[1]))
    case nil: fatalError("a token of no kind: \(token.bits)")
    }
  }

  /// The event in the form that people and other modules use.
  package func event(_ compact: CompactEvent, index: Int) -> Event {
    var event = Event(
      index: index, timeNanoseconds: compact.timeNanoseconds,
      process: compact.process == CompactEvent.nemesis ? .nemesis : .client(Int(compact.process)),
      kind: compact.kind, function: function(compact.function), key: key(compact.key), value: value(compact.value),
      version: compact.version == CompactEvent.noVersion ? nil : compact.version, operation: text(compact.operation),
      error: text(compact.error), level: level(compact.level))
    if let other = otherKey(compact.key) { event.keyValue = other }
    return event
  }

  /// The event in compact form; `nil` when it has more distinct function or level names than a history may (255).
  package mutating func compact(_ event: Event) -> CompactEvent? {
    guard let function = Self.withBytes(event.function, { self.function($0) }) else { return nil }
    var compact = CompactEvent()
    compact.function = function
    if let level = event.level {
      guard let number = Self.withBytes(level, { self.level($0) }) else { return nil }
      compact.level = number
    }
    compact.kind = event.kind
    compact.timeNanoseconds = event.timeNanoseconds
    switch event.process {
    case .nemesis: compact.process = CompactEvent.nemesis
    case .client(let number): compact.process = Int32(clamping: number)
    }
    compact.value = token(event.value)
    compact.hasValue = true
    if let other = event.otherKey {
      compact.key = key(token(other))
    } else if let key = event.key {
      compact.key = Self.withBytes(key) { self.key($0) }
    }
    if let version = event.version { compact.version = version }
    if let operation = event.operation { compact.operation = Self.withBytes(operation) { text($0) } }
    if let error = event.error { compact.error = Self.withBytes(error) { text($0) } }
    return compact
  }
}
