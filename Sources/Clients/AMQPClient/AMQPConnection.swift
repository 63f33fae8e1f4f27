import CRabbitMQ
import Synchronization
import ThreadExecutor

/// A connection to the broker that reconnects by itself: one thread owns the C handle, publishes are pipelined with
/// confirms, and every subscription is renewed after a loss.
///
/// A loss makes every unconfirmed publish unknown. Publishing while there is no connection fails at once as not sent.
public final class AMQPConnection: Sendable {
  /// What is worth a log line.
  public enum Notice: Sendable {
    case connected(host: String)
    case lost(reason: String)
    case cannotConnect(reason: String)
    case channelProblem(queue: String, reason: String)
    case blocked(reason: String)
    case unblocked
  }

  struct PublishRequest: Sendable {
    let message: AMQPMessage
    let deadline: ContinuousClock.Instant
    let completion: @Sendable (AMQPPublishOutcome) -> Void
  }

  enum Request: Sendable {
    case publish(PublishRequest)
    case send(AMQPMessage)
    case acknowledge(consumer: Int, upTo: UInt64, generation: UInt64)
    case renew(consumer: Int, reason: String)
    case reconnect(reason: String)
    case close(CheckedContinuation<Void, Never>)
  }

  private struct State {
    var requests: [Request] = []
    var isConnected = false
    var isBlocked = false
    var isEnded = false
  }

  private let state = Mutex(State())
  private let options: AMQPOptions
  /// Written to wake the thread.
  let wakeDescriptor: Int32

  /// Starts the thread, which connects at once, and again after every loss, until `close`. `notify` is called on that
  /// thread.
  public init(
    options: AMQPOptions, consumers: [AMQPConsumer] = [], notify: @escaping @Sendable (Notice) -> Void
  ) {
    self.options = options
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(wakeDescriptor >= 0, "the system refused an eventfd")
    DedicatedThread.start(name: "amqp") { [self] in
      AMQPLoop(connection: self, options: options, consumers: consumers, notify: notify).run()
      ended()
    }
  }

  deinit { closeDescriptor(wakeDescriptor) }

  /// True while the broker is connected and takes publishes.
  public var isReady: Bool { state.withLock { $0.isConnected && !$0.isBlocked } }

  /// Publishes with `mandatory` and waits for the broker's confirmation, `timeout` at most. Resumes in every case.
  public func publish(_ message: AMQPMessage, timeout: Duration) async -> AMQPPublishOutcome {
    let deadline = ContinuousClock.now + timeout
    return await withCheckedContinuation { continuation in
      publish(message, deadline: deadline) { continuation.resume(returning: $0) }
    }
  }

  /// The same without a task that waits. `completion` is called once in every case, on the connection's thread or,
  /// when the message is refused at once, on the caller's: it must not block.
  public func publish(
    _ message: AMQPMessage, deadline: ContinuousClock.Instant,
    completion: @escaping @Sendable (AMQPPublishOutcome) -> Void
  ) {
    let request = PublishRequest(message: message, deadline: deadline, completion: completion)
    if let reason = enqueue(.publish(request)) { completion(.notSent(reason: reason)) }
  }

  /// Publishes without confirmation; dropped when there is no connection or no such queue.
  public func send(_ message: AMQPMessage) { _ = enqueue(.send(message)) }

  /// Acknowledges everything up to `tag` that the subscription's channel of that generation delivered. Harmless when
  /// that channel is gone: the broker delivers again.
  public func acknowledge(consumer: Int, upTo tag: UInt64, generation: UInt64) {
    _ = enqueue(.acknowledge(consumer: consumer, upTo: tag, generation: generation))
  }

  /// Ends a subscription and renews it, an exclusive queue with it: for one that the broker no longer serves and has
  /// not cancelled. Nothing happens where it is not up.
  public func renew(consumer: Int, reason: String) {
    _ = enqueue(.renew(consumer: consumer, reason: reason))
  }

  /// Gives the connection up as if it had been lost, and makes another: for one that the broker keeps and no longer
  /// serves. Nothing happens where it is not up.
  public func reconnect(reason: String) {
    _ = enqueue(.reconnect(reason: reason))
  }

  /// Processes what was enqueued before, closes the connection and ends the thread.
  public func close() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isEnded = state.withLock { state in
        if !state.isEnded { state.requests.append(.close(continuation)) }
        return state.isEnded
      }
      if isEnded { continuation.resume() } else { wake() }
    }
  }

  /// `nil` if it was enqueued, otherwise why not.
  private func enqueue(_ request: Request) -> String? {
    let (wakes, refusal): (Bool, String?) = state.withLock { state in
      guard state.isConnected else { return (false, "no connection to the broker") }
      if case .publish = request {
        if state.isBlocked { return (false, "the broker takes no messages (memory or disk alarm)") }
        if state.requests.count >= options.unconfirmedMaximum { return (false, "too many messages wait") }
      }
      state.requests.append(request)
      return (state.requests.count == 1, nil)
    }
    if wakes { wake() }
    return refusal
  }

  private func wake() { eventfd_write(wakeDescriptor, 1) }

  // MARK: for the thread

  func takeRequests() -> [Request] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  func setConnected() {
    state.withLock { state in
      state.isConnected = true
      state.isBlocked = false
    }
  }

  func setBlocked(_ isBlocked: Bool) { state.withLock { $0.isBlocked = isBlocked } }

  /// Refuses all new requests, and those that have not been started. Close requests stay.
  func setLost(reason: String) {
    let refused = state.withLock { state in
      state.isConnected = false
      let refused = state.requests
      state.requests = refused.filter { if case .close = $0 { true } else { false } }
      return refused
    }
    for case .publish(let request) in refused { request.completion(.notSent(reason: reason)) }
  }

  private func ended() {
    let requests = state.withLock { state in
      state.isConnected = false
      state.isEnded = true
      defer { state.requests = [] }
      return state.requests
    }
    for request in requests {
      switch request {
      case .publish(let request): request.completion(.notSent(reason: "the connection is closed"))
      case .close(let continuation): continuation.resume()
      case .send, .acknowledge, .renew, .reconnect: break
      }
    }
  }
}

/// `close(2)` under a name that a method called `close` does not hide.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
