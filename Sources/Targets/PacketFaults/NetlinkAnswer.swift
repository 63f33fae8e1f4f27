/// What the kernel sends: messages in a row, each with its length.
struct NetlinkAnswer: Sendable, Hashable {
  /// Subsystem and message, as the header has them.
  var type: UInt16
  var sequence: UInt32
  /// After the netlink header.
  var body: [UInt8]

  /// `NLMSG_ERROR`: an error number, or 0 for an acknowledgement.
  static let errorType: UInt16 = 2
  private static let headerLength = 16
  private static let netfilterHeaderLength = 4

  /// The messages in what one `recv` returned; a torn rest is left out.
  static func all(in bytes: ArraySlice<UInt8>) -> [NetlinkAnswer] {
    var answers: [NetlinkAnswer] = []
    var rest = bytes
    while rest.count >= headerLength {
      let length = Int(rest.native(UInt32.self, at: 0))
      guard length >= headerLength, length <= rest.count else { break }
      answers.append(
        NetlinkAnswer(
          type: rest.native(UInt16.self, at: 4), sequence: rest.native(UInt32.self, at: 8),
          body: Array(rest.dropFirst(headerLength).prefix(length - headerLength))))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return answers
  }

  /// Of an error message: the error number, 0 for an acknowledgement; `nil` for any other message.
  var errorNumber: Int32? {
    guard type == Self.errorType, body.count >= 4 else { return nil }
    return -body[...].native(Int32.self, at: 0)
  }

  /// The attributes of a netfilter message, by type.
  var attributes: [UInt16: [UInt8]] {
    var attributes: [UInt16: [UInt8]] = [:]
    var rest = body.dropFirst(Self.netfilterHeaderLength)
    while rest.count >= 4 {
      let length = Int(rest.native(UInt16.self, at: 0))
      guard length >= 4, length <= rest.count else { break }
      attributes[rest.native(UInt16.self, at: 2) & 0x3FFF] = Array(rest.dropFirst(4).prefix(length - 4))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return attributes
  }
}

extension ArraySlice<UInt8> {
  /// The integer at this byte offset, in the machine's byte order. The caller has looked at the length.
  func native<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
  }

  func big(at offset: Int) -> UInt32 { UInt32(bigEndian: native(UInt32.self, at: offset)) }
}
