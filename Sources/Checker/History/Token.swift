/// A value of a history in 64 bits: two tokens of one `Symbols` are equal exactly when their values are.
///
/// The top four bits say how to read the rest. Strings of at most ten letters, digits, `-` and `_`, which is what most
/// workloads write, are packed six bits a character, so that they need no table and no memory of their own.
package struct Token: Hashable, Sendable {
  package let bits: UInt64

  @inlinable package init(bits: UInt64) { self.bits = bits }

  /// Tags 0...10 are the lengths of packed strings.
  @usableFromInline static let integerTag: UInt64 = 11
  @usableFromInline static let stringTag: UInt64 = 12
  @usableFromInline static let constantTag: UInt64 = 13
  @usableFromInline static let listTag: UInt64 = 14
  /// What is rare: the next four bits say what, the rest is a number of a table.
  @usableFromInline static let rareTag: UInt64 = 15

  /// What a rare token stands for.
  enum Rare: UInt64 {
    /// By its canonical text.
    case number
    case keyword
    case symbol
    case character
    /// By its elements, in the order of their tokens.
    case set
    /// By its keys in the order of their tokens, each with its value.
    case map
    /// By the list of its tag and its value.
    case tagged
  }

  static func rare(_ kind: Rare, _ number: Int) -> Token {
    Token(bits: rareTag << 60 | kind.rawValue << 56 | UInt64(number))
  }

  /// What this stands for, if it is one of the rare.
  var rare: Rare? { tag == Token.rareTag ? Rare(rawValue: payload >> 56) : nil }
  /// The place in the table of its kind.
  var rareNumber: Int { Int(payload & (1 << 56 - 1)) }

  package static let null = Token(bits: constantTag << 60)
  package static let no = Token(bits: constantTag << 60 | 1)
  package static let yes = Token(bits: constantTag << 60 | 2)
  package static let emptyString = Token(bits: 0)

  var tag: UInt64 { bits >> 60 }
  var payload: UInt64 { bits & (1 << 60 - 1) }
  package var isNull: Bool { self == .null }
  package var isList: Bool { tag == Token.listTag }
  package var isSet: Bool { rare == .set }
  /// A number other than an integer of 60 bits.
  var isDecimal: Bool { rare == .number }

  /// The token of an integer that fits in 60 bits; `nil` for the few that do not.
  static func small(_ integer: Int64) -> Token? {
    guard integer >= -(1 << 59), integer < 1 << 59 else { return nil }
    return Token(bits: integerTag << 60 | (UInt64(bitPattern: integer) & (1 << 60 - 1)))
  }

  /// The packed form of a short string; `nil` when it is too long or has another character.
  @inline(__always)
  static func packed(_ bytes: UnsafeBufferPointer<UInt8>) -> Token? {
    guard bytes.count <= 10 else { return nil }
    var bits = UInt64(bytes.count) << 60
    var shift: UInt64 = 0
    for byte in bytes {
      let code: UInt8
      switch byte {
      case 0x61...0x7A: code = byte &- 0x61  // a-z
      case 0x30...0x39: code = byte &- 0x30 &+ 26  // 0-9
      case 0x41...0x5A: code = byte &- 0x41 &+ 36  // A-Z
      case 0x2D: code = 62
      case 0x5F: code = 63
      default: return nil
      }
      bits |= UInt64(code) << shift
      shift &+= 6
    }
    return Token(bits: bits)
  }

  /// The characters of a packed string.
  func unpacked() -> [UInt8] {
    var payload = payload
    var bytes: [UInt8] = []
    for _ in 0..<Int(tag) {
      let code = UInt8(payload & 63)
      switch code {
      case 0..<26: bytes.append(0x61 + code)
      case 26..<36: bytes.append(0x30 + code - 26)
      case 36..<62: bytes.append(0x41 + code - 36)
      case 62: bytes.append(0x2D)
      default: bytes.append(0x5F)
      }
      payload >>= 6
    }
    return bytes
  }
}
