/// A message to publish through the default exchange, straight to a queue.
public struct AMQPMessage: Sendable {
  public var queue: String
  public var body: [UInt8]
  public var replyTo: String?
  public var type: String?
  /// Dropped by the broker when it reaches the head of its queue after this time; `nil`: never.
  public var timeToLive: Duration?
  /// Written to disk by every quorum member before it is confirmed.
  public var isPersistent: Bool

  public init(
    queue: String, body: [UInt8], replyTo: String? = nil, type: String? = nil,
    timeToLive: Duration? = nil, isPersistent: Bool = true
  ) {
    self.queue = queue
    self.body = body
    self.replyTo = replyTo
    self.type = type
    self.timeToLive = timeToLive
    self.isPersistent = isPersistent
  }
}

/// A message as the broker delivered it.
public struct AMQPDelivery: Sendable, Hashable {
  /// The number to acknowledge it by; it goes up within one channel.
  public let tag: UInt64
  public let isRedelivered: Bool
  public let replyTo: String?
  public let body: [UInt8]
}

/// The outcome of a publish with confirmation.
public enum AMQPPublishOutcome: Sendable, Hashable {
  /// The broker has confirmed it; for a quorum queue: a quorum has it on disk.
  case confirmed
  /// It never left this process, or the broker returned it because no queue has that name.
  case notSent(reason: String)
  /// A negative acknowledgement: a full queue gives one at once. Whether a replica has the message is as unknown as in
  /// `unknown`: with it the broker only refuses responsibility (RabbitMQ, "Negative Acknowledgments for publishes").
  case refused(reason: String)
  /// It left, and was not confirmed.
  case unknown(reason: String)
}
