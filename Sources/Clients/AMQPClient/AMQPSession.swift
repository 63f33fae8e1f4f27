import CRabbitMQ
import ThreadExecutor

/// One connection to one broker after another, with one thing under way at a time: publish with a confirmation, get a
/// message, acknowledge it. For a client whose every operation has an outcome of its own; services use
/// `AMQPConnection`.
///
/// It connects when it is needed, to the next of its hosts that takes it, and drops a connection that broke or was
/// late. The actor runs on a thread of its own, because librabbitmq's calls wait.
public actor AMQPSession {
  /// What came of asking for a message.
  public enum GetOutcome: Sendable, Hashable {
    case message(AMQPDelivery)
    /// The broker says that nothing is ready.
    case empty
    /// No question left this process, or the broker refused it.
    case notSent(reason: String)
    /// The question left, and no whole answer came: a message may be on its way, which the broker delivers again.
    case unknown(reason: String)
  }

  private static let channel: UInt16 = 1

  private let executor = ThreadExecutor(name: "amqp-session")
  private let options: AMQPOptions
  private var handle: AMQPHandle?
  private var nextHost: Int
  /// The number of the next publish on this channel, as the broker counts.
  private var nextPublish: UInt64 = 1

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Parameter firstHost: which of the hosts is tried first, so that several sessions do not all begin with the same.
  public init(options: AMQPOptions, firstHost: Int = 0) {
    self.options = options
    nextHost = firstHost
  }

  /// Connects now, if it is not; a failure shows with the next operation.
  public func connect() { _ = try? connected() }

  /// Publishes with `mandatory` and waits for the confirmation until `deadline`.
  public func publish(_ message: AMQPMessage, deadline: ContinuousClock.Instant) -> AMQPPublishOutcome {
    let handle: AMQPHandle
    do throws(AMQPError) {
      handle = try connected()
    } catch {
      return .notSent(reason: error.description)
    }
    let number = nextPublish
    nextPublish += 1
    do throws(AMQPError) {
      try handle.publish(message, channel: Self.channel, isMandatory: true, number: number)
      var returned: String?
      while let frame = try next(handle, deadline) {
        switch frame {
        case .returned(let reason): returned = reason
        case .channelClosed(let reason):
          drop()
          return .unknown(reason: reason)
        case .acknowledged(let tag, let isMultiple) where tag == number || (isMultiple && tag > number):
          return returned.map { .notSent(reason: $0) } ?? .confirmed
        case .refused(let tag, let isMultiple) where tag == number || (isMultiple && tag > number):
          return returned.map { .notSent(reason: $0) }
            ?? .unknown(reason: "the broker refused responsibility for the message")
        default: break
        }
      }
      drop()
      return .unknown(reason: "sent, but not confirmed in time")
    } catch {
      drop()
      return .unknown(reason: error.description)
    }
  }

  /// Takes the next message of a queue; it stays the broker's until it is acknowledged.
  public func get(queue: String, deadline: ContinuousClock.Instant) -> GetOutcome {
    let handle: AMQPHandle
    do throws(AMQPError) {
      handle = try connected()
    } catch {
      return .notSent(reason: error.description)
    }
    do throws(AMQPError) {
      try handle.sendGet(Self.channel, queue: queue)
      var found: (tag: UInt64, isRedelivered: Bool)?
      var size: UInt64?
      var body: [UInt8] = []
      while let frame = try next(handle, deadline) {
        switch frame {
        case .gotNothing: return .empty
        case .got(let tag, let isRedelivered): found = (tag, isRedelivered)
        case .header(let bodySize, _): size = bodySize
        case .body(let fragment): body += fragment
        case .channelClosed(let reason):
          // The queue is not there, or not to be had now: the broker took nothing.
          drop()
          return .notSent(reason: reason)
        default: break
        }
        if let found, let size, body.count >= Int(size) {
          return .message(
            AMQPDelivery(tag: found.tag, isRedelivered: found.isRedelivered, replyTo: nil, body: body))
        }
      }
      drop()
      return .unknown(reason: "asked, but not answered in time")
    } catch {
      drop()
      return .unknown(reason: error.description)
    }
  }

  /// Acknowledges a message of this connection, and every one before it; one of an earlier connection the broker
  /// delivers again. The broker does not answer to it.
  public func acknowledge(_ tag: UInt64) {
    guard let handle else { return }
    do throws(AMQPError) {
      try handle.acknowledge(Self.channel, upTo: tag)
    } catch {
      drop()
    }
  }

  /// Says goodbye, so that the broker has handled everything that was sent before.
  public func close() {
    handle?.close()
    drop()
  }

  private func connected() throws(AMQPError) -> AMQPHandle {
    if let handle { return handle }
    var last = AMQPError(.cannotConnect, "no host was tried")
    for _ in options.hosts {
      let host = options.hosts[nextHost % options.hosts.count]
      nextHost += 1
      do throws(AMQPError) {
        let opened = try AMQPHandle(options, host: host)
        try opened.openChannel(Self.channel, confirms: true)
        handle = opened
        nextPublish = 1
        return opened
      } catch {
        last = error
      }
    }
    throw last
  }

  private func drop() { handle = nil }

  /// The next frame of the channel; `nil` when the time is over. Throws what ends the connection.
  private func next(_ handle: AMQPHandle, _ deadline: ContinuousClock.Instant) throws(AMQPError) -> AMQPFrame? {
    while true {
      if let (channel, frame) = try handle.nextFrame() {
        if channel == 0 {
          if case .connectionClosed(let reason) = frame {
            throw AMQPError(.connectionLost, "the broker closed the connection: \(reason)")
          }
          continue
        }
        return frame
      }
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return nil }
      // Heartbeats are looked at between the waits.
      var descriptor = pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, Int32(min(max(left / .milliseconds(1), 1), 200)))
    }
  }
}
