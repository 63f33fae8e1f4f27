/// Reading header lines from raw bytes.
enum HeaderBlock {
  static let colon = UInt8(ascii: ":")

  static func lines(of block: [UInt8]) -> [ArraySlice<UInt8>] {
    block.split(separator: UInt8(ascii: "\n")).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
  }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var slice = bytes
    while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
    while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
    return slice
  }

  /// The value of the first header of that name, without regard to case.
  static func value(of name: String, in block: [UInt8]) -> String? {
    let wanted = name.utf8
    let length = wanted.count
    for line in block.split(separator: UInt8(ascii: "\n")) {
      guard line.count > length, line[line.startIndex + length] == colon,
        zip(line, wanted).allSatisfy({ lowercased($0) == lowercased($1) })
      else { continue }
      return String(decoding: trimmed(line[(line.startIndex + length + 1)...]), as: UTF8.self)
    }
    return nil
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
