import CHiredis

/// A reply, copied out of hiredis.
public enum RedisReply: Sendable, Hashable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  case status(String)
  case error(String)
  case array([RedisReply])

  init(_ reply: UnsafePointer<redisReply>) {
    let raw = reply.pointee
    func text() -> [UInt8] { Array(UnsafeRawBufferPointer(start: raw.str, count: raw.len)) }
    switch raw.type {
    case REDIS_REPLY_STRING: self = .bytes(text())
    case REDIS_REPLY_INTEGER: self = .integer(raw.integer)
    case REDIS_REPLY_STATUS: self = .status(String(decoding: text(), as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(String(decoding: text(), as: UTF8.self))
    case REDIS_REPLY_ARRAY:
      self = .array(
        (0..<raw.elements).map { index in raw.element[index].map { RedisReply($0) } ?? .null })
    default: self = .null
    }
  }

  /// The bytes as a text, where the reply has one.
  public var text: String? {
    switch self {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    case .null, .integer, .error, .array: nil
    }
  }
}
