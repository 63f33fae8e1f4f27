import NIOCore

/// The end of a connection's pipeline: hands replies, in their order, and the connection's end to its line.
final class ReplyHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let parser: ReplyParser
  private let line: NodeLine
  /// Which of the line's connections this is: what comes late from an earlier one is not for the present one.
  private let life: Int

  init(parser: ReplyParser, line: NodeLine, life: Int) {
    self.parser = parser
    self.line = line
    self.life = life
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      try unwrapInboundIn(data).withUnsafeReadableBytes { try parser.feed($0) }
      while let reply = try parser.next() { line.replied(reply, life: life) }
    } catch {
      line.ended(life: life, because: "\(error)")
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    line.ended(life: life, because: "the connection was closed")
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    line.ended(life: life, because: "\(error)")
    context.close(promise: nil)
  }
}
