/// JSON's strings, with their escapes.
extension JSONLinesParser {
  /// The bytes of a string, valid until the next call.
  @inline(__always)
  mutating func string(
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
}
