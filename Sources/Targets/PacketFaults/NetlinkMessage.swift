/// A message of the kernel's netfilter netlink protocol, as bytes: a netlink header (`struct nlmsghdr`, in the
/// machine's byte order), a netfilter header (`struct nfgenmsg`) and attributes (`struct nlattr`), each padded to 4
/// bytes.
///
/// Source: the kernel's `include/uapi/linux/netlink.h`, `netfilter/nfnetlink.h`, `nf_tables.h` and `nfnetlink_queue.h`.
struct NetlinkMessage: Sendable, Hashable {
  struct Flags: OptionSet, Sendable, Hashable {
    let rawValue: UInt16
    static let request = Flags(rawValue: 0x1)
    static let acknowledge = Flags(rawValue: 0x4)
    static let create = Flags(rawValue: 0x400)
    static let append = Flags(rawValue: 0x800)
  }

  /// `NFNL_SUBSYS_*`.
  enum Subsystem: UInt16 {
    case none = 0
    case queue = 3
    case tables = 10
  }

  /// `NLA_F_NESTED`.
  private static let nested: UInt16 = 0x8000

  private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - type: the message within its subsystem.
  ///   - family: `NFPROTO_*`.
  ///   - resource: the queue's number, for messages of a queue; the subsystem, for the frame of a batch.
  init(
    _ subsystem: Subsystem, type: UInt16, flags: Flags, sequence: UInt32, family: UInt8 = 0, resource: UInt16 = 0
  ) {
    append(native: UInt32(0))
    append(native: subsystem.rawValue << 8 | type)
    append(native: flags.rawValue)
    append(native: sequence)
    append(native: UInt32(0))
    bytes += [family, 0]
    append(big: resource)
    close()
  }

  mutating func attribute(_ type: UInt16, _ value: [UInt8]) {
    append(native: UInt16(4 + value.count))
    append(native: type)
    bytes += value
    pad()
    close()
  }

  mutating func attribute(_ type: UInt16, text: String) { attribute(type, Array(text.utf8) + [0]) }

  mutating func attribute(_ type: UInt16, big value: UInt32) { attribute(type, value.bigEndianBytes) }

  mutating func nested(_ type: UInt16, _ body: (inout NetlinkMessage) -> Void) {
    let start = bytes.count
    append(native: UInt16(0))
    append(native: type | Self.nested)
    body(&self)
    set(UInt16(bytes.count - start), at: start)
    close()
  }

  /// Writes the message's length into its header.
  private mutating func close() { set(UInt32(bytes.count), at: 0) }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  private mutating func append(native value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { bytes += $0 }
  }

  private mutating func append(big value: UInt16) {
    withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
  }

  private mutating func set(_ value: some FixedWidthInteger, at index: Int) {
    withUnsafeBytes(of: value) { bytes.replaceSubrange(index..<(index + $0.count), with: $0) }
  }
}

extension UInt32 {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
