import Endpoints
import NIOCore
import NIOPosix
import Synchronization

@testable import RedisClient

/// A node on 127.0.0.1 that answers as it is told: `answer` makes a reply of each command, or none.
final class ScriptedNode: Sendable {
  let channel: any Channel
  private let connections = Mutex<[any Channel]>([])
  private let commands = Mutex<[[String]]>([])

  var node: HostPort { HostPort(host: "127.0.0.1", port: channel.localAddress?.port ?? 0) }
  /// Every command that has come.
  var seen: [[String]] { commands.withLock { $0 } }
  var connectionCount: Int { connections.withLock { $0.count } }

  init(loop: any EventLoop, answer: @escaping @Sendable ([String]) -> String?) async throws {
    let accepted = Mutex<@Sendable (any Channel) -> Void>({ _ in })
    let received = Mutex<@Sendable ([String]) -> Void>({ _ in })
    channel = try await ServerBootstrap(group: loop)
      .childChannelInitializer { channel in
        accepted.withLock { $0 }(channel)
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(answer: answer, received: received.withLock { $0 }))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    accepted.withLock { $0 = { [weak self] channel in self?.connections.withLock { $0.append(channel) } } }
    received.withLock { $0 = { [weak self] words in self?.commands.withLock { $0.append(words) } } }
  }

  /// Closes what is connected now; new connections are taken.
  func breakConnections() {
    for channel in connections.withLock({ $0 }) { channel.close(promise: nil) }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let answer: @Sendable ([String]) -> String?
    let received: @Sendable ([String]) -> Void
    let parser: ReplyParser

    init(answer: @escaping @Sendable ([String]) -> String?, received: @escaping @Sendable ([String]) -> Void) throws {
      self.answer = answer
      self.received = received
      // A command is an array of bulk strings, as a reply may be.
      parser = try ReplyParser()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      do {
        try unwrapInboundIn(data).withUnsafeReadableBytes { try parser.feed($0) }
        while case .array(let words)? = try parser.next() {
          let words = words.map { $0.text ?? "" }
          received(words)
          guard let text = answer(words) else { continue }
          context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        }
      } catch {
        context.close(promise: nil)
      }
    }
  }
}
