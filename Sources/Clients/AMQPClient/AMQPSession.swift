import CRabbitMQ
import ThreadExecutor

/// One connection to one broker after another, with one operation at a time: publish with a confirmation, get a
/// message, acknowledge it. For a client whose every operation has an outcome of its own; services use
/// `AMQPConnection`.
///
/// It connects on demand, to the next of its hosts that accepts, and drops a connection that broke or was late. The
/// actor runs on a thread of its own, because librabbitmq's calls block.
public actor AMQPSession {
  /// The outcome of asking for a message.
  public enum GetOutcome: Sendable, Hashable {
    case message(AMQPDelivery)
    /// The broker says that nothing is ready.
    case empty
    /// No request was sent, or the broker refused it.
    case notSent(reason: String)
    /// The request was sent, and no complete answer came: a message may be on its way, which the broker delivers again.
    case unknown(reason: String)
  }

  private static let channel: UInt16 = 1

  private let executor = ThreadExecutor(name: "amqp-session")
  private let options: AMQPOptions
  private var handle: AMQPHandle?
  private var nextHost: Int
  /// Of this channel; it has one entry at most.
  private var ledger = PublishLedger<Void>()

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Parameter firstHost: which of the hosts is tried first, so that several sessions do not all begin with the same.
  public init(options: AMQPOptions, firstHost: Int = 0) {
    self.options = options
    nextHost = firstHost
  }

  /// Connects now, if not connected; a failure shows with the next operation.
  public func connect() { _ = try? connected() }

  /// Publishes with `mandatory` and waits for the confirmation until `deadline`.
  public func publish(_ message: AMQPMessage, deadline: ContinuousClock.Instant) -> AMQPPublishOutcome {
    let handle: AMQPHandle
    do throws(AMQPError) {
      handle = try connected()
    } catch {
      return .notSent(reason: error.description)
    }
    let number = ledger.add((), deadline: deadline)
    do throws(AMQPError) {
      try handle.publish(message, channel: Self.channel, isMandatory: true, number: number)
      while let frame = try next(handle, deadline) {
        var settled: [(token: Void, outcome: AMQPPublishOutcome)] = []
        switch frame {
        case .returned(let reason): ledger.returned(number, reason: reason)
        case .channelClosed(let reason): return lost(reason)
        case .acknowledged(let tag, let isMultiple): settled = ledger.settle(tag, multiple: isMultiple, confirmed: true)
        case .refused(let tag, let isMultiple): settled = ledger.settle(tag, multiple: isMultiple, confirmed: false)
        default: break
        }
        if let outcome = settled.first?.outcome { return outcome }
      }
      return lost("sent, but not confirmed in time")
    } catch {
      return lost(error.description)
    }
  }

  /// Drops the connection.
  ///
  /// - Returns: what is known of the message in progress.
  private func lost(_ reason: String) -> AMQPPublishOutcome {
    let outcome = ledger.lose(reason: reason).first?.outcome
    drop()
    return outcome ?? .unknown(reason: reason)
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
      var found: MessageAssembly?
      while let frame = try next(handle, deadline) {
        switch frame {
        case .gotNothing: return .empty
        case .got(let tag, let isRedelivered): found = MessageAssembly(tag: tag, isRedelivered: isRedelivered)
        case .header(let bodySize, let properties): found?.take(header: bodySize, replyTo: properties.replyTo)
        case .body(let fragment): found?.take(body: fragment)
        case .channelClosed(let reason):
          // The queue does not exist or is not available now: the broker took nothing.
          drop()
          return .notSent(reason: reason)
        default: break
        }
        if let delivery = found?.delivery { return .message(delivery) }
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

  /// Disconnects cleanly, so that the broker has handled everything that was sent before.
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
        return opened
      } catch {
        last = error
      }
    }
    throw last
  }

  private func drop() {
    handle = nil
    ledger = PublishLedger()
  }

  /// The next frame of the channel; `nil` if the time is up. Throws what ends the connection.
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
      // Heartbeats are checked between the waits.
      var descriptor = pollfd(fd: handle.socket, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, Int32(min(max(left / .milliseconds(1), 1), 200)))
    }
  }
}
