import CRabbitMQ
import Endpoints

/// The thread of an `AMQPConnection`: connects, serves until the connection is lost, and starts over. Used only on this
/// thread.
final class AMQPLoop {
  private static let publishChannel: UInt16 = 1
  private static let sendChannel: UInt16 = 2
  private static let firstConsumerChannel: UInt16 = 3
  /// How often deadlines and heartbeats are checked when nothing happens.
  private static let tickMilliseconds: Int32 = 50

  private let connection: AMQPConnection
  private let options: AMQPOptions
  private let consumers: [AMQPConsumer]
  private let notify: @Sendable (AMQPConnection.Notice) -> Void
  private var channels: [ConsumerChannel]
  private var ledger = PublishLedger<@Sendable (AMQPPublishOutcome) -> Void>()
  private var generations: UInt64 = 0
  /// Deliveries of one round, handed over together.
  private var delivered: [Int: (generation: UInt64, deliveries: [AMQPDelivery])] = [:]
  /// The reason of a `basic.return` whose header has not come yet.
  private var returnedReason: String?
  /// The last reported problem of each subscription.
  private var problems: [Int: String] = [:]
  private var closing: [CheckedContinuation<Void, Never>] = []

  init(
    connection: AMQPConnection, options: AMQPOptions, consumers: [AMQPConsumer],
    notify: @escaping @Sendable (AMQPConnection.Notice) -> Void
  ) {
    self.connection = connection
    self.options = options
    self.consumers = consumers
    self.notify = notify
    channels = consumers.map { ConsumerChannel(queue: $0.queue) }
  }

  func run() {
    var hosts: [HostPort] = []
    var pauseMilliseconds: Int32 = 50
    while closing.isEmpty {
      if hosts.isEmpty { hosts = options.hosts.shuffled() }
      let host = hosts.removeLast()
      do {
        let handle = try AMQPHandle(options, host: host)
        try handle.openChannel(Self.publishChannel, confirms: true)
        try handle.openChannel(Self.sendChannel, confirms: false)
        pauseMilliseconds = 50
        // First: a caller that is told may publish.
        connection.setConnected()
        notify(.connected(host: host.description))
        serve(handle)
      } catch {
        notify(.cannotConnect(reason: error.description))
      }
      guard closing.isEmpty else { break }
      rest(Int32.random(in: (pauseMilliseconds / 2)...pauseMilliseconds))
      pauseMilliseconds = min(pauseMilliseconds * 2, 1000)
    }
    for continuation in closing { continuation.resume() }
  }

  /// A pause that a close request ends.
  private func rest(_ milliseconds: Int32) {
    var descriptor = pollfd(fd: connection.wakeDescriptor, events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, milliseconds)
    collectCloseRequests()
  }

  private func collectCloseRequests() {
    for case .close(let continuation) in connection.takeRequests() { closing.append(continuation) }
  }

  private func serve(_ handle: AMQPHandle) {
    var reason = "closed"
    do {
      while closing.isEmpty {
        let now = ContinuousClock.now
        try startChannels(handle, now: now)
        try perform(connection.takeRequests(), handle, now: now)
        let isDrained = try read(handle, now: now)
        expire(now)
        if closing.isEmpty, isDrained { wait(handle) }
      }
      // Confirmations that are on their way still count.
      try drainConfirmations(handle)
      handle.close()
    } catch {
      reason = error.description
    }
    connection.setLost(reason: reason)
    for lost in ledger.lose(reason: reason) { lost.token(lost.outcome) }
    deliver()
    for index in channels.indices {
      for case .closed(let generation, let why) in channels[index].lose(reason: reason) {
        consumers[index].handler(.closed(generation: generation, reason: why))
      }
    }
    returnedReason = nil
    if closing.isEmpty { notify(.lost(reason: reason)) }
  }

  private func wait(_ handle: AMQPHandle) {
    var descriptors = [
      pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0),
      pollfd(fd: connection.wakeDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    poll(&descriptors, 2, Self.tickMilliseconds)
    if descriptors[1].revents != 0 {
      var count: eventfd_t = 0
      eventfd_read(connection.wakeDescriptor, &count)
    }
  }

  private func drainConfirmations(_ handle: AMQPHandle) throws(AMQPError) {
    let until = ContinuousClock.now + .milliseconds(500)
    while ledger.count > 0, ContinuousClock.now < until {
      if try read(handle, now: ContinuousClock.now) { wait(handle) }
    }
  }

  // MARK: requests

  private func perform(
    _ requests: [AMQPConnection.Request], _ handle: AMQPHandle, now: ContinuousClock.Instant
  ) throws(AMQPError) {
    var failure: AMQPError?
    for request in requests {
      switch request {
      case .publish(let request):
        if let failure {
          request.completion(.notSent(reason: failure.description))
        } else if request.deadline <= now {
          request.completion(.notSent(reason: "the time was over before the message was sent"))
        } else if ledger.count >= options.unconfirmedMaximum {
          request.completion(.notSent(reason: "too many messages are unconfirmed"))
        } else {
          let number = ledger.add(request.completion, deadline: request.deadline)
          do {
            try handle.publish(request.message, channel: Self.publishChannel, isMandatory: true, number: number)
          } catch {
            failure = error
          }
        }
      case .send(let message):
        guard failure == nil else { continue }
        do {
          try handle.publish(message, channel: Self.sendChannel, isMandatory: false, number: nil)
        } catch {
          failure = error
        }
      case .acknowledge(let consumer, let tag, let generation):
        guard failure == nil, channels[consumer].generation == generation else { continue }
        do {
          try handle.acknowledge(channelNumber(consumer), upTo: tag)
        } catch {
          failure = error
        }
      case .renew(let consumer, let reason):
        guard failure == nil else { continue }
        do {
          try perform(channels[consumer].renew(reason: reason), consumer: consumer, handle)
        } catch {
          failure = error
        }
      case .reconnect(let reason):
        failure = failure ?? AMQPError(.connectionLost, reason)
      case .close(let continuation):
        closing.append(continuation)
      }
    }
    if let failure { throw failure }
  }

  private func expire(_ now: ContinuousClock.Instant) {
    for token in ledger.expire(now: now) {
      token(.unknown(reason: "sent, but not confirmed in time"))
    }
  }

  // MARK: frames

  /// Handles what has arrived; false if there may be more.
  private func read(_ handle: AMQPHandle, now: ContinuousClock.Instant) throws(AMQPError) -> Bool {
    defer { deliver() }
    for _ in 0..<1024 {
      guard let (channel, frame) = try handle.nextFrame() else { return true }
      switch channel {
      case 0: try handleConnection(frame)
      case Self.publishChannel: try handlePublishing(frame)
      case Self.sendChannel:
        if case .channelClosed(let reason) = frame { throw AMQPError(.refused, "the reply channel: \(reason)") }
      default: try handleConsumer(Int(channel - Self.firstConsumerChannel), frame, handle, now: now)
      }
    }
    return false
  }

  private func handleConnection(_ frame: AMQPFrame) throws(AMQPError) {
    switch frame {
    case .connectionClosed(let reason): throw AMQPError(.connectionLost, "the broker closed the connection: \(reason)")
    case .blocked(let reason):
      connection.setBlocked(true)
      notify(.blocked(reason: reason))
    case .unblocked:
      connection.setBlocked(false)
      notify(.unblocked)
    default: break
    }
  }

  private func handlePublishing(_ frame: AMQPFrame) throws(AMQPError) {
    switch frame {
    case .acknowledged(let tag, let multiple): settle(tag, multiple: multiple, confirmed: true)
    case .refused(let tag, let multiple): settle(tag, multiple: multiple, confirmed: false)
    case .returned(let reason): returnedReason = reason
    case .header(_, let properties):
      // Only returned messages have a header on this channel; the number is the one that `publish` gave it.
      if let reason = returnedReason, let number = properties.correlationID.flatMap({ UInt64($0) }) {
        ledger.returned(number, reason: reason)
      }
      returnedReason = nil
    case .channelClosed(let reason): throw AMQPError(.refused, "the publishing channel: \(reason)")
    default: break
    }
  }

  private func settle(_ tag: UInt64, multiple: Bool, confirmed: Bool) {
    for settled in ledger.settle(tag, multiple: multiple, confirmed: confirmed) {
      settled.token(settled.outcome)
    }
  }

  // MARK: subscriptions

  private func channelNumber(_ consumer: Int) -> UInt16 { Self.firstConsumerChannel + UInt16(consumer) }

  private func startChannels(_ handle: AMQPHandle, now: ContinuousClock.Instant) throws(AMQPError) {
    for index in channels.indices { try perform(channels[index].tick(now: now), consumer: index, handle) }
  }

  private func handleConsumer(
    _ index: Int, _ frame: AMQPFrame, _ handle: AMQPHandle, now: ContinuousClock.Instant
  ) throws(AMQPError) {
    guard channels.indices.contains(index) else { return }
    let actions = channels[index].handle(frame, now: now, nextGeneration: generations + 1)
    try perform(actions, consumer: index, handle)
  }

  private func perform(
    _ actions: [ConsumerChannel.Action], consumer index: Int, _ handle: AMQPHandle
  ) throws(AMQPError) {
    let channel = channelNumber(index)
    let consumer = consumers[index]
    for action in actions {
      switch action {
      case .open: try handle.sendChannelOpen(channel)
      case .declareExclusive: try handle.sendDeclareExclusive(channel)
      case .setPrefetch: try handle.sendPrefetch(channel, count: consumer.prefetch)
      case .consume(let queue):
        try handle.sendConsume(
          channel, queue: queue, tag: consumer.tag, priority: consumer.priority,
          acknowledgesItself: consumer.acknowledgesItself)
      case .close: try handle.sendChannelClose(channel)
      case .confirmClose: try handle.sendChannelCloseConfirmation(channel)
      case .opened(let generation, let queue):
        problems[index] = nil
        generations = max(generations, generation)
        consumer.handler(.opened(generation: generation, queue: queue))
      case .delivered(let delivery, let generation):
        delivered[index, default: (generation, [])].deliveries.append(delivery)
      case .closed(let generation, let reason):
        deliver()
        consumer.handler(.closed(generation: generation, reason: reason))
      case .problem(let reason):
        // A queue that does not exist yet is refused twice a second: one line is enough.
        guard problems[index] != reason else { continue }
        problems[index] = reason
        switch consumer.queue {
        case .named(let name): notify(.channelProblem(queue: name, reason: reason))
        case .exclusive: notify(.channelProblem(queue: "replies", reason: reason))
        }
      }
    }
  }

  private func deliver() {
    for (index, batch) in delivered {
      consumers[index].handler(.delivered(batch.deliveries, generation: batch.generation))
    }
    delivered.removeAll(keepingCapacity: true)
  }
}
