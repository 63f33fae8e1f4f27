/// Percent-encoding (RFC 3986, section 2.1) without any guessing.
enum PercentCoding {
  /// The bytes that `text` stands for.
  ///
  /// - Parameter plusIsSpace: as HTML forms, and with them the query functions of most languages, write a space.
  /// - Throws: 400 for a percent sign without two digits, and for bytes that were no UTF-8.
  static func decoded(_ text: Substring, plusIsSpace: Bool = false) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
          throw Problem(400, "The address has a percent sign that is not followed by two hexadecimal digits.")
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      case 0xEF where rest.starts(with: [0xBF, 0xBD]):
        // The server replaces invalid UTF-8 with U+FFFD, so this may be another key than the client's.
        throw Problem(400, "The address has bytes that are not UTF-8; write every byte above 7F percent-encoded.")
      default: bytes.append(byte)
      }
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
