/// Several commands of one partition in one message of the log, in their order, so that the brokers' cost of a message
/// is shared by all of them. A batch without commands only probes whether the log accepts messages.
public struct CommandBatch: Sendable, Hashable {
  /// One command, and whether an API waits for its commit.
  public struct Entry: Sendable, Hashable {
    public let command: Command
    public let wantsReply: Bool

    public init(command: Command, wantsReply: Bool) {
      self.command = command
      self.wantsReply = wantsReply
    }
  }

  /// The first byte of a batch. A single command begins with its wire version, which is far from this value.
  static let marker: UInt8 = 0xB1

  private static let wantsReplyFlag: UInt8 = 1

  public let entries: [Entry]

  public init(entries: [Entry]) { self.entries = entries }

  /// The message's bytes: the marker (1), then for every command flags (1; bit 0: a reply is wanted) and the encoded
  /// command (4 + n). Integers are big-endian.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = [Self.marker]
    for entry in entries {
      let encoded = entry.command.encoded()
      bytes.append(entry.wantsReply ? Self.wantsReplyFlag : 0)
      bytes.append(bigEndian: UInt32(encoded.count))
      bytes += encoded
    }
    return bytes
  }

  /// Reads what `encoded()` wrote, or a message that is one command. A damaged command makes the whole message
  /// unreadable: nothing of it may be applied.
  ///
  /// - Parameter hasReplyAddress: whether a message that is one command wants a reply.
  /// - Throws: `StoreError`, as `Command.init(encoded:)` does.
  public init(encoded bytes: [UInt8], hasReplyAddress: Bool) throws(StoreError) {
    guard bytes.first == Self.marker else {
      entries = [Entry(command: try Command(encoded: bytes), wantsReply: hasReplyAddress)]
      return
    }
    var reader = ByteReader(bytes)
    _ = try reader.take(1, "the marker")
    var entries: [Entry] = []
    while !reader.isAtEnd {
      let flags = try reader.integer(UInt8.self, "the flags of a command")
      guard flags & ~Self.wantsReplyFlag == 0 else {
        throw StoreError(.malformedMessage, "A command in the message has the unknown flags \(flags).")
      }
      let length = Int(try reader.integer(UInt32.self, "the length of a command"))
      let command = try Command(encoded: Array(try reader.take(length, "a command")))
      entries.append(Entry(command: command, wantsReply: flags & Self.wantsReplyFlag != 0))
    }
    self.entries = entries
  }
}
