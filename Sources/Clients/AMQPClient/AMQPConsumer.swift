/// A subscription that the connection maintains: after every loss it is renewed on a new channel.
public struct AMQPConsumer: Sendable {
  /// Which queue.
  public enum Queue: Sendable, Hashable {
    case named(String)
    /// A new queue of the broker's naming that lives and dies with the connection: for replies.
    case exclusive
  }

  /// What happens to a subscription. A generation is one life of its channel: tags mean nothing outside it.
  public enum Event: Sendable {
    case opened(generation: UInt64, queue: String)
    case delivered([AMQPDelivery], generation: UInt64)
    case closed(generation: UInt64, reason: String)
  }

  public var queue: Queue
  /// Messages that may be delivered and not acknowledged; 0: no limit.
  public var prefetch: UInt16
  /// The `x-priority` argument: on a single-active-consumer queue the highest live one is the active one.
  public var priority: Int64?
  /// The consumer's name at the broker, unique within the connection; empty: the broker makes one. It shows operators
  /// whose subscription is the active one.
  public var tag: String
  /// The broker forgets each message as it sends it.
  public var acknowledgesItself: Bool
  /// Called on the connection's thread: it must not block.
  public var handler: @Sendable (Event) -> Void

  public init(
    queue: Queue, prefetch: UInt16, priority: Int64? = nil, tag: String = "", acknowledgesItself: Bool = false,
    handler: @escaping @Sendable (Event) -> Void
  ) {
    self.queue = queue
    self.prefetch = prefetch
    self.priority = priority
    self.tag = tag
    self.acknowledgesItself = acknowledgesItself
    self.handler = handler
  }
}
