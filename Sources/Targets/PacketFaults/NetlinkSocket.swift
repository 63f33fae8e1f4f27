import Glibc

/// A socket to the kernel's netfilter. Owned by one thread; closed when it is let go of.
final class NetlinkSocket {
  private static let family: Int32 = 16  // AF_NETLINK
  private static let netfilter: Int32 = 12  // NETLINK_NETFILTER
  private static let level: Int32 = 270  // SOL_NETLINK
  private static let noBufferErrors: Int32 = 5  // NETLINK_NO_ENOBUFS
  private static let receiveBufferBytes: Int32 = 8 << 20

  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)

  init() throws(PacketFaultError) {
    descriptor = socket(Self.family, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Self.netfilter)
    guard descriptor >= 0 else { throw PacketFaultError("no netfilter socket can be created", errno) }
    // What the kernel has no room for is lost, as on any slow link; it is no error of the socket.
    var one: Int32 = 1
    setsockopt(descriptor, Self.level, Self.noBufferErrors, &one, 4)
    var size = Self.receiveBufferBytes
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
  }

  deinit { close(descriptor) }

  /// Sends messages as one datagram.
  func send(_ messages: [NetlinkMessage]) throws(PacketFaultError) {
    let bytes = messages.flatMap(\.bytes)
    // struct sockaddr_nl: the family, padding, the port 0 of the kernel, no groups.
    var address = [UInt8](repeating: 0, count: 12)
    address[0] = UInt8(Self.family)
    let sent = address.withUnsafeBytes { address in
      sendto(
        descriptor, bytes, bytes.count, 0, address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(address.count))
    }
    guard sent == bytes.count else { throw PacketFaultError("the kernel does not accept a netfilter message", errno) }
  }

  /// What is there to read now.
  ///
  /// - Parameter waits: whether to wait until something is there.
  func receive(waits: Bool) throws(PacketFaultError) -> [NetlinkAnswer] {
    let length = recv(descriptor, &buffer, buffer.count, waits ? 0 : Int32(MSG_DONTWAIT))
    if length < 0 {
      guard errno == EAGAIN || errno == EINTR else { throw PacketFaultError("the netfilter socket failed", errno) }
      return []
    }
    return NetlinkAnswer.all(in: buffer[..<length])
  }

  /// Waits for the acknowledgement of a message, or throws what the kernel says instead.
  func awaitAcknowledgement(of sequence: UInt32, _ what: String) throws(PacketFaultError) {
    while true {
      for answer in try receive(waits: true) {
        guard let number = answer.errorNumber else { continue }
        if number != 0 { throw PacketFaultError(what, number) }
        if answer.sequence == sequence { return }
      }
    }
  }
}
