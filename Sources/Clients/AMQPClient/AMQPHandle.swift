import CRabbitMQ
import Endpoints

/// The one owner of a librabbitmq connection. Used by one thread only; closed and freed in `deinit`.
final class AMQPHandle {
  private let state: amqp_connection_state_t
  let socket: Int32

  /// Connects and logs in, within twice the connect timeout; asks for notifications of a blocked connection and of a
  /// subscription that ended. Throws `cannotConnect` or `loginRefused`.
  init(_ options: AMQPOptions, host: HostPort) throws(AMQPError) {
    guard let state = amqp_new_connection() else { throw AMQPError(.cannotConnect, "librabbitmq has no memory") }
    var isReady = false
    defer { if !isReady { amqp_destroy_connection(state) } }
    guard let tcp = amqp_tcp_socket_new(state) else {
      throw AMQPError(.cannotConnect, "librabbitmq could not make a socket")
    }
    var timeout = timeval(
      tv_sec: options.connectTimeoutMilliseconds / 1000, tv_usec: options.connectTimeoutMilliseconds % 1000 * 1000)
    amqp_set_handshake_timeout(state, &timeout)
    amqp_set_rpc_timeout(state, &timeout)
    let status = amqp_socket_open_noblock(tcp, host.host, Int32(host.port), &timeout)
    guard status == KV_STATUS_OK else {
      throw AMQPError(.cannotConnect, "no connection to \(host): \(Self.text(status))")
    }
    let reply = kv_amqp_login(
      state, options.virtualHost, Int32(options.heartbeatSeconds), options.connectionName, options.user,
      options.password)
    guard reply.reply_type == AMQP_RESPONSE_NORMAL else {
      throw AMQPError(.loginRefused, "no login at \(host): \(Self.text(reply))")
    }
    self.state = state
    socket = amqp_get_sockfd(state)
    // Unacknowledged bytes mean a dead peer after as long as missing heartbeats would.
    var userTimeout = UInt32(options.heartbeatSeconds * 2000)
    setsockopt(socket, KV_TCP_LEVEL, TCP_USER_TIMEOUT, &userTimeout, socklen_t(MemoryLayout<UInt32>.size))
    isReady = true
  }

  deinit { amqp_destroy_connection(state) }

  /// Lends a connection to one of the hosts with an open channel, and says goodbye to the broker afterwards.
  static func withChannel<Value>(
    _ options: AMQPOptions, _ body: (_ handle: AMQPHandle, _ channel: UInt16) throws(AMQPError) -> Value
  ) throws(AMQPError) -> Value {
    guard let host = options.hosts.randomElement() else { throw AMQPError(.cannotConnect, "no host is configured") }
    let handle = try AMQPHandle(options, host: host)
    defer { handle.close() }
    try handle.openChannel(1, confirms: false)
    return try body(handle, 1)
  }

  /// Says goodbye to the broker; everything sent before is processed by it first.
  func close() { _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS) }

  private static func text(_ status: Int32) -> String { String(cString: amqp_error_string2(status)) }

  private static func text(_ reply: amqp_rpc_reply_t) -> String {
    switch reply.reply_type {
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      guard let decoded = reply.reply.decoded else { return "the broker refused" }
      if reply.reply.id == KV_CONNECTION_CLOSE {
        let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        return "\(close.reply_code) \(close.reply_text.text)"
      }
      if reply.reply.id == KV_CHANNEL_CLOSE {
        let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
        return "\(close.reply_code) \(close.reply_text.text)"
      }
      return "the broker refused with method \(reply.reply.id)"
    case AMQP_RESPONSE_LIBRARY_EXCEPTION: return text(reply.library_error)
    default: return "the connection ended"
    }
  }

  private func check(_ status: Int32, _ what: String) throws(AMQPError) {
    guard status >= 0 else { throw AMQPError(.connectionLost, "\(what): \(Self.text(status))") }
  }

  private func checkReply(_ what: String) throws(AMQPError) {
    let reply = amqp_get_rpc_reply(state)
    guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw AMQPError(.refused, "\(what): \(Self.text(reply))") }
  }

  // MARK: synchronous methods

  /// Opens a channel and waits for the broker's answer.
  func openChannel(_ channel: UInt16, confirms: Bool) throws(AMQPError) {
    amqp_channel_open(state, channel)
    try checkReply("channel.open")
    guard confirms else { return }
    amqp_confirm_select(state, channel)
    try checkReply("confirm.select")
  }

  /// Declares a durable queue with `arguments`; no error if it exists with the same ones.
  func declareQueue(_ name: String, channel: UInt16, arguments: [AMQPArgument]) throws(AMQPError) {
    var arena = ByteArena()
    let queue = arena.add(name)
    let packed = arguments.map { $0.pack(into: &arena) }
    arena.lend { bytes in
      var entries = packed.map { $0(bytes) }
      entries.withUnsafeMutableBufferPointer { buffer in
        let table = amqp_table_t(num_entries: Int32(buffer.count), entries: buffer.baseAddress)
        _ = amqp_queue_declare(state, channel, bytes(queue), 0, 1, 0, 0, table)
      }
    }
    try checkReply("queue.declare \(name)")
  }

  /// Deletes a queue with its messages; no error if it does not exist. Returns how many messages it had.
  func deleteQueue(_ name: String, channel: UInt16) throws(AMQPError) -> Int {
    var arena = ByteArena()
    let queue = arena.add(name)
    let count = arena.lend { bytes in
      amqp_queue_delete(state, channel, bytes(queue), 0, 0)?.pointee.message_count
    }
    try checkReply("queue.delete \(name)")
    return count.map { Int($0) } ?? 0
  }

  /// How many messages are ready in a queue. Throws `refused` if the queue does not exist; the channel is then closed.
  func messageCount(of queue: String, channel: UInt16) throws(AMQPError) -> Int {
    guard let counts = try counts(of: queue, channel: channel) else {
      throw AMQPError(.refused, "there is no queue \(queue)")
    }
    return counts.messages
  }

  /// How many messages are ready in a queue, and how many consumers it has; `nil` if the queue does not exist; the
  /// channel is then closed.
  func counts(of queue: String, channel: UInt16) throws(AMQPError) -> (messages: Int, consumers: Int)? {
    var arena = ByteArena()
    let name = arena.add(queue)
    let counts = arena.lend { bytes in
      amqp_queue_declare(state, channel, bytes(name), 1, 0, 0, 0, amqp_table_t(num_entries: 0, entries: nil))
        .map { (messages: Int($0.pointee.message_count), consumers: Int($0.pointee.consumer_count)) }
    }
    do throws(AMQPError) {
      try checkReply("queue.declare \(queue)")
    } catch {
      if error.detail.contains(": 404 ") { return nil }
      throw error
    }
    amqp_maybe_release_buffers(state)
    guard let counts else { throw AMQPError(.refused, "queue.declare \(queue): no answer") }
    return counts
  }

  // MARK: asynchronous methods

  /// Starts to open a channel; the answer comes as a frame.
  func sendChannelOpen(_ channel: UInt16) throws(AMQPError) {
    var method = amqp_channel_open_t(out_of_band: amqp_bytes_t(len: 0, bytes: nil))
    try check(amqp_send_method(state, channel, KV_CHANNEL_OPEN, &method), "channel.open")
  }

  /// Starts to close a channel; the broker gives its unacknowledged messages to the next consumer.
  func sendChannelClose(_ channel: UInt16) throws(AMQPError) {
    var method = amqp_channel_close_t(
      reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: amqp_bytes_t(len: 0, bytes: nil), class_id: 0, method_id: 0)
    try check(amqp_send_method(state, channel, KV_CHANNEL_CLOSE, &method), "channel.close")
  }

  /// Confirms that the broker closed a channel.
  func sendChannelCloseConfirmation(_ channel: UInt16) throws(AMQPError) {
    var method = amqp_channel_close_ok_t(dummy: 0)
    try check(amqp_send_method(state, channel, KV_CHANNEL_CLOSE_OK, &method), "channel.close-ok")
  }

  /// Starts to declare an exclusive, auto-deleted queue of the broker's naming.
  func sendDeclareExclusive(_ channel: UInt16) throws(AMQPError) {
    var method = amqp_queue_declare_t()
    method.exclusive = 1
    method.auto_delete = 1
    try check(amqp_send_method(state, channel, KV_QUEUE_DECLARE, &method), "queue.declare")
  }

  func sendPrefetch(_ channel: UInt16, count: UInt16) throws(AMQPError) {
    var method = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: count, global: 0)
    try check(amqp_send_method(state, channel, KV_BASIC_QOS, &method), "basic.qos")
  }

  func sendConsume(
    _ channel: UInt16, queue: String, tag: String, priority: Int64?, acknowledgesItself: Bool
  ) throws(AMQPError) {
    var arena = ByteArena()
    let name = arena.add(queue)
    let consumer = arena.add(tag)
    let packed = (priority.map { [AMQPArgument("x-priority", .integer($0))] } ?? []).map { $0.pack(into: &arena) }
    let status = arena.lend { bytes in
      var entries = packed.map { $0(bytes) }
      return entries.withUnsafeMutableBufferPointer { buffer in
        var method = amqp_basic_consume_t()
        method.queue = bytes(name)
        method.consumer_tag = bytes(consumer)
        method.no_ack = acknowledgesItself ? 1 : 0
        method.arguments = amqp_table_t(num_entries: Int32(buffer.count), entries: buffer.baseAddress)
        return amqp_send_method(state, channel, KV_BASIC_CONSUME, &method)
      }
    }
    try check(status, "basic.consume")
  }

  /// Asks for one message; the answer comes as frames.
  func sendGet(_ channel: UInt16, queue: String) throws(AMQPError) {
    var arena = ByteArena()
    let name = arena.add(queue)
    let status = arena.lend { bytes in
      var method = amqp_basic_get_t()
      method.queue = bytes(name)
      return amqp_send_method(state, channel, KV_BASIC_GET, &method)
    }
    try check(status, "basic.get")
  }

  /// Acknowledges everything up to `tag`.
  func acknowledge(_ channel: UInt16, upTo tag: UInt64) throws(AMQPError) {
    try check(amqp_basic_ack(state, channel, tag, 1), "basic.ack")
  }

  /// Writes a message to the default exchange. `number` comes back with a returned message. An error means that the
  /// message may have left in part or whole.
  func publish(
    _ message: AMQPMessage, channel: UInt16, isMandatory: Bool, number: UInt64?
  ) throws(AMQPError) {
    var arena = ByteArena()
    let queue = arena.add(message.queue)
    let contentType = arena.add("application/octet-stream")
    let replyTo = message.replyTo.map { arena.add($0) }
    let type = message.type.map { arena.add($0) }
    let expiration = message.timeToLive.map { arena.add(String(Int64($0 / .milliseconds(1)))) }
    let correlation = number.map { arena.add(String($0)) }
    let status = arena.lend { bytes in
      var properties = amqp_basic_properties_t()
      properties._flags = KV_CONTENT_TYPE | KV_DELIVERY_MODE
      properties.content_type = bytes(contentType)
      properties.delivery_mode = message.isPersistent ? 2 : 1
      if let replyTo {
        properties._flags |= KV_REPLY_TO
        properties.reply_to = bytes(replyTo)
      }
      if let type {
        properties._flags |= KV_TYPE
        properties.type = bytes(type)
      }
      if let expiration {
        properties._flags |= KV_EXPIRATION
        properties.expiration = bytes(expiration)
      }
      if let correlation {
        properties._flags |= KV_CORRELATION_ID
        properties.correlation_id = bytes(correlation)
      }
      return message.body.withUnsafeBytes { body in
        amqp_basic_publish(
          state, channel, amqp_bytes_t(len: 0, bytes: nil), bytes(queue), isMandatory ? 1 : 0, 0, &properties,
          amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
      }
    }
    try check(status, "basic.publish")
  }

  /// The next frame that has already arrived; `nil` if none has. Also sends and checks heartbeats, so it must be
  /// called at least once an interval.
  func nextFrame() throws(AMQPError) -> (channel: UInt16, frame: AMQPFrame)? {
    var frame = amqp_frame_t()
    var none = timeval(tv_sec: 0, tv_usec: 0)
    let status = amqp_simple_wait_frame_noblock(state, &frame, &none)
    if status == KV_STATUS_TIMEOUT { return nil }
    try check(status, "reading")
    // Everything is copied out of the frame, so the library may reuse its buffers at once.
    let copied = AMQPFrame(frame)
    amqp_maybe_release_buffers(state)
    return (frame.channel, copied)
  }
}
