/// A message as the log delivered it, decoded or not.
public struct Delivery: Sendable, Hashable {
  /// The number that acknowledges it, going up within one channel.
  public let tag: UInt64
  public let content: Content
  /// Where a waiting API wants its replies.
  public let replyAddress: String?

  /// Commands in their order, or bytes that cannot be decoded.
  public enum Content: Sendable, Hashable {
    case commands([CommandBatch.Entry])
    case undecodable(bytes: [UInt8], reason: String)
  }

  /// Decodes `body`.
  public init(tag: UInt64, body: [UInt8], replyAddress: String?) {
    self.tag = tag
    self.replyAddress = replyAddress
    do {
      content = .commands(try CommandBatch(encoded: body, hasReplyAddress: replyAddress != nil).entries)
    } catch {
      content = .undecodable(bytes: body, reason: error.description)
    }
  }

  /// The commands; none where the bytes cannot be decoded.
  public var entries: [CommandBatch.Entry] {
    if case .commands(let entries) = content { entries } else { [] }
  }

  /// The approximate number of bytes that the table must store.
  var weightBytes: Int {
    entries.reduce(0) { $0 + $1.command.key.bytes.count + ($1.command.value?.bytes.count ?? 0) + 64 }
  }

  /// Whether a client waits for a command's commit.
  var isUrgent: Bool { entries.contains { $0.wantsReply } }
}
