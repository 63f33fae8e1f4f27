/// The names and values of one history, each stored once: what compact events refer to by number.
///
/// Not thread safe: it has one owner at a time, the parser while it parses and then whoever took the result.
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
  private var wideIntegers: [Int64] = []
  private var wideNumbers: [Int64: Int] = [:]

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
    if let number = wideNumbers[integer] { return Token(bits: Token.wideIntegerTag << 60 | UInt64(number)) }
    wideIntegers.append(integer)
    wideNumbers[integer] = wideIntegers.count - 1
    return Token(bits: Token.wideIntegerTag << 60 | UInt64(wideIntegers.count - 1))
  }

  package mutating func token(_ list: [Token]) -> Token {
    if let number = listNumbers[list] { return Token(bits: Token.listTag << 60 | UInt64(number)) }
    lists.append(list)
    listNumbers[list] = lists.count - 1
    return Token(bits: Token.listTag << 60 | UInt64(lists.count - 1))
  }

  package mutating func token(_ value: Value) -> Token {
    switch value {
    case .null: return .null
    case .bool(let truth): return truth ? .yes : .no
    case .integer(let integer): return token(integer)
    case .string(let string): return Self.withBytes(string) { token($0) }
    case .list(let values): return token(values.map { token($0) })
    }
  }

  package mutating func key(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let packed = Token.packed(bytes) else { return Int32(keys.intern(bytes)) }
    if packed.bits == lastKey.bits, lastKey.number >= 0 { return lastKey.number }
    if let number = keyNumbers[packed.bits] {
      lastKey = (packed.bits, number)
      return number
    }
    let number = Int32(keys.intern(bytes))
    keyNumbers[packed.bits] = number
    return number
  }

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

  package func key(_ number: Int32) -> String? { number < 0 ? nil : keys.string(Int(number)) }
  package func function(_ number: UInt8) -> String { functions.string(Int(number)) }
  package func level(_ number: UInt8) -> String? { number == CompactEvent.noLevel ? nil : levels.string(Int(number)) }
  package func text(_ number: Int32) -> String? { number < 0 ? nil : strings.string(Int(number)) }

  package func list(_ token: Token) -> [Token]? { token.isList ? lists[Int(token.payload)] : nil }

  /// The UTF-8 of a string token; `nil` for any other value.
  package func bytes(_ token: Token) -> [UInt8]? {
    switch token.tag {
    case 0...10: token.unpacked()
    case Token.stringTag: Array(strings.bytes(Int(token.payload)))
    default: nil
    }
  }

  package func value(_ token: Token) -> Value {
    switch token.tag {
    case Token.integerTag: .integer(Int64(bitPattern: token.bits << 4) >> 4)
    case Token.wideIntegerTag: .integer(wideIntegers[Int(token.payload)])
    case Token.stringTag: .string(strings.string(Int(token.payload)))
    case Token.listTag: .list(lists[Int(token.payload)].map(value))
    case Token.constantTag: token == .null ? .null : .bool(token == .yes)
    default: .string(String(decoding: token.unpacked(), as: UTF8.self))
    }
  }

  /// The event in the form that people and other modules use.
  package func event(_ compact: CompactEvent, index: Int) -> Event {
    Event(
      index: index, timeNanoseconds: compact.timeNanoseconds,
      process: compact.process == CompactEvent.nemesis ? .nemesis : .client(Int(compact.process)),
      kind: compact.kind, function: function(compact.function), key: key(compact.key), value: value(compact.value),
      version: compact.version == CompactEvent.noVersion ? nil : compact.version, operation: text(compact.operation),
      error: text(compact.error), level: level(compact.level))
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
    if let key = event.key { compact.key = Self.withBytes(key) { self.key($0) } }
    if let version = event.version { compact.version = version }
    if let operation = event.operation { compact.operation = Self.withBytes(operation) { text($0) } }
    if let error = event.error { compact.error = Self.withBytes(error) { text($0) } }
    return compact
  }
}
