/// Reads an encoded message, big-endian; the error of a read names the missing part.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ count: Int, _ what: String) throws(StoreError) -> ArraySlice<UInt8> {
    guard count >= 0, bytes.count - position >= count else {
      throw StoreError(.malformedMessage, "The message ends within \(what).")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type, _ what: String) throws(StoreError) -> T
  {
    var number: T = 0
    for byte in try take(T.bitWidth / 8, what) { number = number << 8 | T(byte) }
    return number
  }
}

extension [UInt8] {
  mutating func append<T: FixedWidthInteger & UnsignedInteger>(bigEndian number: T) {
    for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
