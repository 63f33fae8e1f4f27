import Endpoints
import NIOCore

/// One node's connection, on an event loop: commands that come in one turn of the loop share a write, and replies are
/// read as they come. Opened when it is first needed, and again after a failure.
final class NodeConnection: Sendable {
  typealias Answer = Result<RedisReply, RedisError>

  private let loop: any EventLoop
  private let line: NIOLoopBoundBox<NodeLine>

  init(node: HostPort, options: RedisOptions, loop: any EventLoop) {
    self.loop = loop
    line = .makeBoxSendingValue(NodeLine(node: node, options: options, loop: loop), eventLoop: loop)
  }

  deinit {
    let line = line
    loop.execute { line.value.close() }
  }

  /// Sends and waits. Never longer than the connect and command timeouts together.
  ///
  /// - Parameter keepsEveryReply: whether the answer is an array of every command's reply, and not the last one's.
  func send(_ commands: [[[UInt8]]], keepsEveryReply: Bool = false) async -> Answer {
    await withCheckedContinuation { continuation in
      if loop.inEventLoop {
        line.value.send(commands, keepsEveryReply: keepsEveryReply) { continuation.resume(returning: $0) }
      } else {
        let line = line
        loop.execute {
          line.value.send(commands, keepsEveryReply: keepsEveryReply) { continuation.resume(returning: $0) }
        }
      }
    }
  }
}
