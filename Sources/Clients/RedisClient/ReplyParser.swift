import CHiredis

/// Makes replies out of the bytes of a connection. The one owner of a hiredis reader; freed in `deinit`.
final class ReplyParser {
  private let reader: UnsafeMutablePointer<redisReader>

  /// Throws `unavailable` when there is no memory.
  init() throws(RedisError) {
    guard let reader = redisReaderCreate() else { throw RedisError(.unavailable, "hiredis has no memory") }
    self.reader = reader
  }

  deinit { redisReaderFree(reader) }

  /// Takes the next bytes. Throws `connectionLost` when they can be no reply's.
  func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    guard let start = bytes.baseAddress else { return }
    guard redisReaderFeed(reader, start.assumingMemoryBound(to: CChar.self), bytes.count) == REDIS_OK else {
      throw error()
    }
  }

  /// The next reply that is complete, `nil` when none is. Throws `connectionLost` when the bytes can be no reply's.
  func next() throws(RedisError) -> RedisReply? {
    var raw: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &raw) == REDIS_OK else { throw error() }
    guard let raw else { return nil }
    defer { freeReplyObject(raw) }
    return RedisReply(UnsafePointer(raw.assumingMemoryBound(to: redisReply.self)))
  }

  private func error() -> RedisError {
    let text = withUnsafeBytes(of: reader.pointee.errstr) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return RedisError(.connectionLost, "not a reply of Redis: \(text)")
  }
}
