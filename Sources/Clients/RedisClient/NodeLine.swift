import DequeModule
import Endpoints
import NIOCore
import NIOPosix

/// What a node's connection does, on its event loop and nowhere else: connects when there is something to send, writes
/// the commands of one turn of the loop together, gives each reply to the command whose turn it is, and fails them all
/// when the connection ends or the oldest is not answered in time.
final class NodeLine {
  struct Request {
    /// One command, or several to be sent back to back (`ASKING` and the command).
    let commands: [[[UInt8]]]
    /// Whether the answer has every reply, as an array; else only the last one's counts.
    var keepsEveryReply = false
    let answer: (NodeConnection.Answer) -> Void
  }

  private enum State {
    case closed
    case connecting
    /// Connected; the password's answer is not here yet.
    case greeting(any Channel)
    case open(any Channel)
  }

  private struct Unanswered {
    var replies: Int
    /// What has come, where every reply counts.
    var kept: [RedisReply] = []
    /// Counted from the write: the time to connect has a bound of its own.
    let deadline: NIODeadline
    let request: Request
  }

  private let node: HostPort
  private let options: RedisOptions
  private let loop: any EventLoop
  private var state = State.closed
  private var life = 0
  private var circuit: Circuit
  private var unsent: Deque<Request> = []
  private var unanswered: Deque<Unanswered> = []
  private var isFlushDue = false
  private var timer: Scheduled<Void>?

  init(node: HostPort, options: RedisOptions, loop: any EventLoop) {
    self.node = node
    self.options = options
    self.loop = loop
    circuit = Circuit(
      pause: .milliseconds(options.openCircuitMilliseconds),
      pauseMaximum: .milliseconds(options.openCircuitMaximumMilliseconds))
  }

  /// Takes a command. Its answer comes within the connect and command timeouts together.
  func send(
    _ commands: [[[UInt8]]], keepsEveryReply: Bool = false, answer: @escaping (NodeConnection.Answer) -> Void
  ) {
    guard unsent.count + unanswered.count < options.waitingMaximum else {
      return answer(.failure(RedisError(.overloaded, "too many commands wait for Redis \(node)")))
    }
    // Also while the probe's connection is being made: only the probe waits for a node that may be gone.
    guard circuit.isClosed || circuit.admits(now: .now) else {
      return answer(
        .failure(RedisError(.unavailable, "Redis \(node) failed a moment ago", since: circuit.brokenSince)))
    }
    unsent.append(Request(commands: commands, keepsEveryReply: keepsEveryReply, answer: answer))
    switch state {
    case .closed: connect()
    case .connecting, .greeting: break
    case .open(let channel): flushSoon(channel)
    }
  }

  /// Closes the connection; what is under way fails.
  func close() { fail(RedisError(.unavailable, "the connection to Redis \(node) was given up"), isFault: false) }

  // MARK: The connection

  private func connect() {
    life += 1
    state = .connecting
    let bound = NIOLoopBound((line: self, life: life), eventLoop: loop)
    ClientBootstrap(group: loop)
      .connectTimeout(.milliseconds(Int64(options.connectTimeoutMilliseconds)))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let (line, life) = bound.value
          try channel.pipeline.syncOperations.addHandler(
            ReplyHandler(parser: ReplyParser(), line: line, life: life))
        }
      }
      .connect(host: node.host, port: node.port)
      .assumeIsolated()
      .whenComplete { [life] result in self.connected(result, life: life) }
  }

  private func connected(_ result: Result<any Channel, any Error>, life: Int) {
    switch result {
    case .failure(let error):
      guard life == self.life else { return }
      fail(RedisError(.unavailable, "no connection to Redis \(node): \(error)"), isFault: true)
    case .success(let channel):
      // Given up, or ended already, before this was told.
      guard life == self.life, case .connecting = state, channel.isActive else {
        channel.close(promise: nil)
        if life == self.life, case .connecting = state { ended(life: life, because: "the connection was closed") }
        return
      }
      greet(channel)
    }
  }

  /// Authenticates first: whatever waits is sent only when the password was taken.
  private func greet(_ channel: any Channel) {
    guard let password = options.password, !password.isEmpty else { return opened(channel) }
    state = .greeting(channel)
    let words = ["AUTH"] + (options.user.map { [$0] } ?? []) + [password]
    let greeting = Request(commands: [words.map { Array($0.utf8) }]) { [weak self] answer in
      guard let self, case .success(let reply) = answer else { return }
      if case .error(let text) = reply {
        self.fail(RedisError(.unavailable, "Redis \(self.node) refused the password: \(text)"), isFault: true)
      } else {
        self.opened(channel)
      }
    }
    write([greeting], to: channel)
  }

  private func opened(_ channel: any Channel) {
    state = .open(channel)
    flush()
  }

  // MARK: Commands and replies

  private func flushSoon(_ channel: any Channel) {
    guard !isFlushDue else { return }
    isFlushDue = true
    let line = NIOLoopBound(self, eventLoop: loop)
    loop.execute { line.value.flush() }
  }

  private func flush() {
    isFlushDue = false
    guard case .open(let channel) = state, !unsent.isEmpty else { return }
    let requests = unsent
    unsent.removeAll(keepingCapacity: true)
    write(requests, to: channel)
  }

  private func write(_ requests: some Collection<Request>, to channel: any Channel) {
    let deadline = NIODeadline.now() + .milliseconds(Int64(options.commandTimeoutMilliseconds))
    var buffer = channel.allocator.buffer(capacity: 256 * requests.count)
    for request in requests {
      for command in request.commands { CommandEncoder.write(command, into: &buffer) }
      unanswered.append(Unanswered(replies: request.commands.count, deadline: deadline, request: request))
    }
    channel.writeAndFlush(buffer, promise: nil)
    watchTime()
  }

  /// A reply has come: it is the oldest unanswered command's.
  func replied(_ reply: RedisReply, life: Int) {
    guard life == self.life else { return }
    guard var first = unanswered.popFirst() else {
      return ended(life: life, because: "Redis sent a reply that nobody had asked for")
    }
    first.replies -= 1
    if first.request.keepsEveryReply { first.kept.append(reply) }
    guard first.replies == 0 else { return unanswered.prepend(first) }
    if case .open = state { circuit.succeeded() }
    first.request.answer(.success(first.request.keepsEveryReply ? .array(first.kept) : reply))
  }

  /// The connection of that life is over.
  func ended(life: Int, because reason: String) {
    guard life == self.life else { return }
    fail(RedisError(.connectionLost, "Redis \(node): \(reason)"), isFault: true)
  }

  private func fail(_ error: RedisError, isFault: Bool) {
    let channel: (any Channel)? =
      switch state {
      case .closed, .connecting: nil
      case .greeting(let channel), .open(let channel): channel
      }
    life += 1
    state = .closed
    timer?.cancel()
    timer = nil
    if isFault { circuit.failed(now: .now) }
    let sent = unanswered
    let waiting = unsent
    unanswered.removeAll()
    unsent.removeAll()
    channel?.close(promise: nil)
    // Whatever ended the connection, these may have taken effect.
    let lost = RedisError(.connectionLost, error.detail, since: circuit.brokenSince)
    for entry in sent { entry.request.answer(.failure(lost)) }
    // Certainly never sent, which is a lesser fault.
    let notSent = RedisError(.unavailable, error.detail, since: circuit.brokenSince)
    for request in waiting { request.answer(.failure(notSent)) }
  }

  // MARK: Time

  /// One timer, for the oldest command: the others' time ends later.
  private func watchTime() {
    guard timer == nil, let oldest = unanswered.first else { return }
    let bound = NIOLoopBound((line: self, life: life), eventLoop: loop)
    timer = loop.scheduleTask(deadline: oldest.deadline) {
      let (line, life) = bound.value
      line.timeIsOver(life: life)
    }
  }

  private func timeIsOver(life: Int) {
    guard life == self.life else { return }
    timer = nil
    guard let oldest = unanswered.first else { return }
    if oldest.deadline <= .now() {
      ended(life: life, because: "no reply within \(options.commandTimeoutMilliseconds) ms")
    } else {
      watchTime()
    }
  }
}
