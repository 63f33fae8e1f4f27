/// A message as the log delivered it, decoded or not.
public struct Delivery: Sendable, Hashable {
  /// The number that acknowledges it, going up within one channel.
  public let tag: UInt64
  public let content: Content
  /// Where a waiting API wants its reply.
  public let replyAddress: String?

  /// A command, or bytes that are none.
  public enum Content: Sendable, Hashable {
    case command(Command)
    case undecodable(bytes: [UInt8], reason: String)
  }

  /// Decodes `body`.
  public init(tag: UInt64, body: [UInt8], replyAddress: String?) {
    self.tag = tag
    self.replyAddress = replyAddress
    do {
      content = .command(try Command(encoded: body))
    } catch {
      content = .undecodable(bytes: body, reason: error.description)
    }
  }

  /// About how many bytes the table has to take.
  var weightBytes: Int {
    switch content {
    case .command(let command): command.key.bytes.count + (command.value?.bytes.count ?? 0) + 64
    case .undecodable: 0
    }
  }
}
