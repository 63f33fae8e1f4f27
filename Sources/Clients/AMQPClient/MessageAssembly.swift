/// A message that arrives in frames: its method, its header, its body in parts. Pure.
struct MessageAssembly {
  private let tag: UInt64
  private let isRedelivered: Bool
  private var header: (bodySize: UInt64, replyTo: String?)?
  private var body: [UInt8] = []

  init(tag: UInt64, isRedelivered: Bool) {
    self.tag = tag
    self.isRedelivered = isRedelivered
  }

  mutating func take(header bodySize: UInt64, replyTo: String?) { header = (bodySize, replyTo) }

  mutating func take(body fragment: [UInt8]) { body += fragment }

  /// `nil` while a part is missing.
  var delivery: AMQPDelivery? {
    guard let header, UInt64(body.count) >= header.bodySize else { return nil }
    return AMQPDelivery(tag: tag, isRedelivered: isRedelivered, replyTo: header.replyTo, body: body)
  }
}
