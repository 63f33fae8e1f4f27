import CHiredis

/// The one owner of a hiredis context. Used by one thread only; freed in `deinit`.
final class RedisHandle {
  private let context: UnsafeMutablePointer<redisContext>
  private let node: RedisNode

  /// Connects, sets the timeouts and authenticates. Throws `unavailable`.
  init(_ node: RedisNode, _ options: RedisOptions) throws(RedisError) {
    self.node = node
    guard
      let context = redisConnectWithTimeout(node.host, Int32(node.port), Self.time(options.connectTimeoutMilliseconds))
    else { throw RedisError(.unavailable, "hiredis has no memory") }
    self.context = context
    guard context.pointee.err == 0 else {
      throw RedisError(.unavailable, "no connection to Redis \(node): \(Self.text(context))")
    }
    redisSetTimeout(context, Self.time(options.commandTimeoutMilliseconds))
    if let password = options.password, !password.isEmpty {
      append([Array("AUTH".utf8), Array(password.utf8)])
      if case .error(let text) = try reply() {
        throw RedisError(.unavailable, "Redis \(node) refused the password: \(text)")
      }
    }
  }

  deinit { redisFree(context) }

  private static func time(_ milliseconds: Int) -> timeval {
    timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
  }

  private static func text(_ context: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: context.pointee.errstr) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Puts a command into the output buffer; the next `reply` sends it.
  func append(_ words: [[UInt8]]) {
    let lengths = words.map(\.count)
    // hiredis wants one pointer a word, all alive at once: the words are laid end to end in one buffer.
    let joined = Array(words.joined()) + [0]
    joined.withUnsafeBytes { buffer in
      var offset = 0
      var pointers: [UnsafePointer<CChar>?] = []
      for length in lengths {
        pointers.append(buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += length
      }
      redisAppendCommandArgv(context, Int32(words.count), &pointers, lengths)
    }
  }

  /// The next reply, sending first what was appended. Throws `connectionLost`.
  func reply() throws(RedisError) -> RedisReply {
    var raw: UnsafeMutableRawPointer?
    guard redisGetReply(context, &raw) == REDIS_OK, let raw else {
      throw RedisError(.connectionLost, "Redis \(node): \(Self.text(context))")
    }
    defer { freeReplyObject(raw) }
    return RedisReply(UnsafePointer(raw.assumingMemoryBound(to: redisReply.self)))
  }
}
