/// Strings that may hold what is not Unicode: lone surrogates (as JSON's `\ud800` allows) and bytes that are not UTF-8.
enum LooseText {
  /// Appends a UTF-16 unit that stands alone, or a scalar, as the bytes that UTF-8 would have for its number: WTF-8,
  /// so that different lone surrogates stay different strings.
  static func append(_ number: UInt32, to add: (UInt8) -> Void) {
    switch number {
    case 0..<0x80: add(UInt8(number))
    case 0x80..<0x800:
      add(UInt8(0xC0 | number >> 6))
      add(UInt8(0x80 | number & 0x3F))
    case 0x800..<0x10000:
      add(UInt8(0xE0 | number >> 12))
      add(UInt8(0x80 | number >> 6 & 0x3F))
      add(UInt8(0x80 | number & 0x3F))
    default:
      add(UInt8(truncatingIfNeeded: 0xF0 | number >> 18))
      add(UInt8(0x80 | number >> 12 & 0x3F))
      add(UInt8(0x80 | number >> 6 & 0x3F))
      add(UInt8(0x80 | number & 0x3F))
    }
  }

  /// The text, with `\ud800` for a lone surrogate and `\xff` for a byte that belongs to no character.
  static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      if let surrogate = surrogate(rest) {
        text += "\\u" + String(surrogate, radix: 16)
        rest = rest.dropFirst(3)
        continue
      }
      // The longest piece of one character that is valid.
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      if let character = String(validating: rest.prefix(length), as: UTF8.self), character.unicodeScalars.count == 1 {
        text += character
        rest = rest.dropFirst(length)
      } else {
        text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The surrogate that three bytes stand for, if they do.
  static func surrogate(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let three = Array(bytes.prefix(3))
    guard three.count == 3, three[0] == 0xED, (0xA0...0xBF).contains(three[1]), three[2] & 0xC0 == 0x80 else {
      return nil
    }
    return 0xD000 | UInt32(three[1] & 0x3F) << 6 | UInt32(three[2] & 0x3F)
  }
}
