import CRabbitMQ

/// A frame, copied out of the C library's buffers.
enum AMQPFrame {
  struct Properties {
    var correlationID: String?
    var replyTo: String?
  }

  case acknowledged(tag: UInt64, multiple: Bool)
  case refused(tag: UInt64, multiple: Bool)
  case returned(reason: String)
  case deliver(tag: UInt64, isRedelivered: Bool)
  case got(tag: UInt64, isRedelivered: Bool)
  case gotNothing
  case header(bodySize: UInt64, Properties)
  case body([UInt8])
  case channelOpened
  case queueDeclared(name: String)
  case prefetchSet
  case consuming
  case cancelled
  case channelClosed(reason: String)
  case channelCloseConfirmed
  case connectionClosed(reason: String)
  case blocked(reason: String)
  case unblocked
  case other

  init(_ frame: amqp_frame_t) {
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD: self = Self.method(frame.payload.method)
    case AMQP_FRAME_HEADER:
      self = .header(
        bodySize: frame.payload.properties.body_size, Self.properties(frame.payload.properties.decoded))
    case AMQP_FRAME_BODY: self = .body(frame.payload.body_fragment.copy)
    default: self = .other
    }
  }

  private static func properties(_ decoded: UnsafeMutableRawPointer?) -> Properties {
    guard let decoded else { return Properties() }
    let raw = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
    var properties = Properties()
    if raw._flags & KV_CORRELATION_ID != 0 { properties.correlationID = raw.correlation_id.text }
    if raw._flags & KV_REPLY_TO != 0 { properties.replyTo = raw.reply_to.text }
    return properties
  }

  private static func method(_ method: amqp_method_t) -> AMQPFrame {
    guard let decoded = method.decoded else { return .other }
    func fields<T>(_ type: T.Type) -> T { decoded.assumingMemoryBound(to: type).pointee }
    switch method.id {
    case KV_BASIC_ACK:
      let ack = fields(amqp_basic_ack_t.self)
      return .acknowledged(tag: ack.delivery_tag, multiple: ack.multiple != 0)
    case KV_BASIC_NACK:
      let nack = fields(amqp_basic_nack_t.self)
      return .refused(tag: nack.delivery_tag, multiple: nack.multiple != 0)
    case KV_BASIC_RETURN:
      let returned = fields(amqp_basic_return_t.self)
      return .returned(reason: "the broker returned the message: \(returned.reply_code) \(returned.reply_text.text)")
    case KV_BASIC_DELIVER:
      let deliver = fields(amqp_basic_deliver_t.self)
      return .deliver(tag: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0)
    case KV_BASIC_GET_OK:
      let got = fields(amqp_basic_get_ok_t.self)
      return .got(tag: got.delivery_tag, isRedelivered: got.redelivered != 0)
    case KV_BASIC_GET_EMPTY: return .gotNothing
    case KV_CHANNEL_OPEN_OK: return .channelOpened
    case KV_QUEUE_DECLARE_OK: return .queueDeclared(name: fields(amqp_queue_declare_ok_t.self).queue.text)
    case KV_BASIC_QOS_OK: return .prefetchSet
    case KV_BASIC_CONSUME_OK: return .consuming
    case KV_BASIC_CANCEL: return .cancelled
    case KV_CHANNEL_CLOSE:
      let close = fields(amqp_channel_close_t.self)
      return .channelClosed(reason: "\(close.reply_code) \(close.reply_text.text)")
    case KV_CHANNEL_CLOSE_OK: return .channelCloseConfirmed
    case KV_CONNECTION_CLOSE:
      let close = fields(amqp_connection_close_t.self)
      return .connectionClosed(reason: "\(close.reply_code) \(close.reply_text.text)")
    case KV_CONNECTION_BLOCKED:
      return .blocked(reason: fields(amqp_connection_blocked_t.self).reason.text)
    case KV_CONNECTION_UNBLOCKED: return .unblocked
    default: return .other
    }
  }
}

extension amqp_bytes_t {
  /// The bytes, copied.
  var copy: [UInt8] { Array(UnsafeRawBufferPointer(start: bytes, count: len)) }
  /// The bytes as text, copied.
  var text: String { String(decoding: UnsafeRawBufferPointer(start: bytes, count: len), as: UTF8.self) }
}
