import NIOCore

/// Writes a command as Redis reads it: an array of bulk strings (RESP2, "Sending commands to a Redis server").
enum CommandEncoder {
  static func write(_ words: [[UInt8]], into buffer: inout ByteBuffer) {
    writeCount(UInt8(ascii: "*"), words.count, into: &buffer)
    for word in words {
      writeCount(UInt8(ascii: "$"), word.count, into: &buffer)
      buffer.writeBytes(word)
      writeLineEnd(into: &buffer)
    }
  }

  private static func writeCount(_ type: UInt8, _ count: Int, into buffer: inout ByteBuffer) {
    buffer.writeInteger(type)
    if count < 10 {
      buffer.writeInteger(UInt8(ascii: "0") + UInt8(count))
    } else {
      buffer.writeString(String(count))
    }
    writeLineEnd(into: &buffer)
  }

  private static func writeLineEnd(into buffer: inout ByteBuffer) {
    buffer.writeInteger(UInt8(ascii: "\r"))
    buffer.writeInteger(UInt8(ascii: "\n"))
  }
}
