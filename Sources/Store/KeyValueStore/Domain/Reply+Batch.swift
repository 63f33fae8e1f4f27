extension Reply {
  /// The bytes of a message with several replies: each with its length (2, big-endian) before it.
  public static func encoded(_ replies: [Reply]) -> [UInt8] {
    var bytes: [UInt8] = []
    for reply in replies {
      let encoded = reply.encoded()
      bytes.append(bigEndian: UInt16(encoded.count))
      bytes += encoded
    }
    return bytes
  }

  /// Reads what `encoded(_:)` wrote. Throws `StoreError` as `Reply.init(encoded:)` does.
  public static func decoded(_ bytes: [UInt8]) throws(StoreError) -> [Reply] {
    var reader = ByteReader(bytes)
    var replies: [Reply] = []
    while !reader.isAtEnd {
      let length = Int(try reader.integer(UInt16.self, "the length of a reply"))
      replies.append(try Reply(encoded: Array(try reader.take(length, "a reply"))))
    }
    return replies
  }
}
