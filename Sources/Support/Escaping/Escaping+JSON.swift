extension Escaping {
  /// A JSON string with its quotes (RFC 8259, section 7).
  ///
  /// - Parameter inScript: for a script element of HTML, which knows nothing of JSON's quotes.
  public static func json(_ text: String, inScript: Bool = false) -> String {
    var bytes: [UInt8] = []
    appendJSON(text.utf8, to: &bytes)
    let json = String(decoding: bytes, as: UTF8.self)
    guard inScript else { return json }
    // None of these is part of an escape or a quote.
    return rewritten(json) { scalar in
      switch scalar {
      case "<", ">", "&", "\u{2028}", "\u{2029}": unicodeEscape(scalar.value)
      default: nil
      }
    }
  }

  /// Appends UTF-8 bytes as a JSON string, quotes included: for answers, which are built from bytes.
  public static func appendJSON(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20: bytes += unicodeEscape(UInt32(byte)).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func unicodeEscape(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}
