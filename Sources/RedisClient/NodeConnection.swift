import CHiredis
import Synchronization
import ThreadExecutor

/// One node's connection: a thread that sends whatever waits in one pipeline, and reads the replies.
final class NodeConnection: Sendable {
  typealias Answer = Result<RedisReply, RedisError>

  struct Request: Sendable {
    /// One command, or two to be sent back to back (`ASKING` and the command); the last one's reply counts.
    let commands: [[[UInt8]]]
    let continuation: CheckedContinuation<Answer, Never>
  }

  let node: RedisNode
  private let mailbox = Mailbox<Request>()
  private let waitingMaximum: Int
  private let circuit: Mutex<Circuit>

  init(node: RedisNode, options: RedisOptions) {
    self.node = node
    waitingMaximum = options.waitingMaximum
    let circuit = Circuit(
      pause: .milliseconds(options.openCircuitMilliseconds),
      pauseMaximum: .milliseconds(options.openCircuitMaximumMilliseconds))
    self.circuit = Mutex(circuit)
    let mailbox = mailbox
    DedicatedThread.start(name: "redis") { [weak self] in
      var handle: RedisHandle?
      while let requests = mailbox.takeAll() {
        guard let self else { return }
        self.serve(requests, &handle, options)
      }
    }
  }

  deinit { mailbox.close() }

  /// Sends and waits. Never longer than the connect and command timeouts together, for this command and those before.
  func send(_ commands: [[[UInt8]]]) async -> Answer {
    guard circuit.withLock({ $0.admits(now: .now) }) else {
      return .failure(RedisError(.unavailable, "Redis \(node) failed a moment ago"))
    }
    return await withCheckedContinuation { continuation in
      let request = Request(commands: commands, continuation: continuation)
      if !mailbox.push(request, limit: waitingMaximum) {
        continuation.resume(returning: .failure(RedisError(.overloaded, "too many commands wait for Redis \(node)")))
      }
    }
  }

  private func serve(_ requests: [Request], _ handle: inout RedisHandle?, _ options: RedisOptions) {
    var answered = 0
    do throws(RedisError) {
      // What waited behind a failure does not pay for it again.
      guard handle != nil || circuit.withLock({ $0.admits(now: .now) }) else {
        throw RedisError(.unavailable, "Redis \(node) failed a moment ago")
      }
      let open: RedisHandle
      if let handle { open = handle } else { open = try RedisHandle(node, options) }
      handle = open
      for request in requests { for command in request.commands { open.append(command) } }
      for request in requests {
        var last: RedisReply = .null
        for _ in request.commands { last = try open.reply() }
        answered += 1
        request.continuation.resume(returning: .success(last))
      }
      circuit.withLock { $0.succeeded() }
    } catch {
      handle = nil
      circuit.withLock { $0.failed(now: .now) }
      for request in requests[answered...] { request.continuation.resume(returning: .failure(error)) }
    }
  }
}
