/// One subscription's channel as a pure state machine: it is opened, declared where needed, subscribed, lost, and
/// opened again after a pause.
struct ConsumerChannel {
  /// What to send, or to tell the subscriber.
  enum Action: Equatable {
    case open
    case declareExclusive
    case setPrefetch
    case consume(queue: String)
    case close
    case confirmClose
    case opened(generation: UInt64, queue: String)
    case delivered(AMQPDelivery, generation: UInt64)
    case closed(generation: UInt64, reason: String)
    case problem(String)
  }

  private enum Phase: Equatable {
    case down(until: ContinuousClock.Instant?)
    case opening
    case declaring
    case settingPrefetch(queue: String)
    case subscribing(queue: String)
    case active(generation: UInt64)
    case closing
  }

  /// How long a refused channel stays down: the queue's leader may be under election.
  static let pause: Duration = .milliseconds(500)

  let queue: AMQPConsumer.Queue
  private var phase: Phase = .down(until: nil)
  private var assembly: MessageAssembly?

  init(queue: AMQPConsumer.Queue) { self.queue = queue }

  /// The generation while the subscription is up.
  var generation: UInt64? { if case .active(let generation) = phase { generation } else { nil } }

  /// Opens the channel if it is down and its pause is over.
  mutating func tick(now: ContinuousClock.Instant) -> [Action] {
    guard case .down(let until) = phase, until.map({ $0 <= now }) ?? true else { return [] }
    phase = .opening
    return [.open]
  }

  /// The connection is gone, and the channel with it.
  mutating func lose(reason: String) -> [Action] {
    defer {
      phase = .down(until: nil)
      assembly = nil
    }
    guard case .active(let generation) = phase else { return [] }
    return [.closed(generation: generation, reason: reason)]
  }

  /// Ends a live subscription to renew it: a new channel is the only state that is surely clean.
  mutating func renew(reason: String) -> [Action] {
    guard case .active(let generation) = phase else { return [] }
    assembly = nil
    phase = .closing
    return [.closed(generation: generation, reason: reason), .close, .problem(reason)]
  }

  /// Takes one frame of this channel. `nextGeneration` is used if the frame completes the subscription.
  mutating func handle(_ frame: AMQPFrame, now: ContinuousClock.Instant, nextGeneration: UInt64) -> [Action] {
    switch (frame, phase) {
    case (.channelOpened, .opening):
      switch queue {
      case .named(let name):
        phase = .settingPrefetch(queue: name)
        return [.setPrefetch]
      case .exclusive:
        phase = .declaring
        return [.declareExclusive]
      }
    case (.queueDeclared(let name), .declaring):
      phase = .settingPrefetch(queue: name)
      return [.setPrefetch]
    case (.prefetchSet, .settingPrefetch(let name)):
      phase = .subscribing(queue: name)
      return [.consume(queue: name)]
    case (.consuming, .subscribing(let name)):
      phase = .active(generation: nextGeneration)
      return [.opened(generation: nextGeneration, queue: name)]
    case (.deliver(let tag, let isRedelivered), .active):
      assembly = MessageAssembly(tag: tag, isRedelivered: isRedelivered)
      return []
    case (.header(let bodySize, let properties), .active(let generation)):
      assembly?.take(header: bodySize, replyTo: properties.replyTo)
      return completed(generation)
    case (.body(let fragment), .active(let generation)):
      assembly?.take(body: fragment)
      return completed(generation)
    case (.channelClosed(let reason), _):
      let actions = lose(reason: reason)
      phase = .down(until: now + Self.pause)
      return [.confirmClose] + actions + [.problem(reason)]
    case (.cancelled, .active):
      // The queue was deleted, or its leader is lost.
      return renew(reason: "the broker cancelled the subscription")
    case (.channelCloseConfirmed, .closing):
      phase = .down(until: now + Self.pause)
      return []
    default:
      return []
    }
  }

  private mutating func completed(_ generation: UInt64) -> [Action] {
    guard let delivery = assembly?.delivery else { return [] }
    assembly = nil
    return [.delivered(delivery, generation: generation)]
  }
}
