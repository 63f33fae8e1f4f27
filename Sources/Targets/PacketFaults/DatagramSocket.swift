import Glibc

/// A datagram socket that never blocks. Owned by one thread; closed when it is let go of.
final class DatagramSocket {
  let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  /// - Parameter protocol: 0 for UDP.
  init(protocol number: Int32 = 0) throws(PacketFaultError) {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    descriptor = socket(AF_INET, type, number)
    guard descriptor >= 0 else {
      throw PacketFaultError("no socket can be created (for ICMP, net.ipv4.ping_group_range must allow it)", errno)
    }
    var size: Int32 = 4 << 20
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
  }

  deinit { close(descriptor) }

  @discardableResult
  func send(_ bytes: [UInt8], to address: InternetAddress) -> Bool {
    address.withSocketAddress { sendto(descriptor, bytes, bytes.count, 0, $0, $1) } == bytes.count
  }

  /// The next datagram; `nil` when none is there (an error that the network reported is taken off and passed over).
  func receive() -> [UInt8]? {
    for _ in 0..<16 {
      let length = recv(descriptor, &buffer, buffer.count, 0)
      if length >= 0 { return Array(buffer[..<length]) }
      if errno == EAGAIN { return nil }
    }
    return nil
  }

  /// Until something can be read, or this time has passed.
  func wait(microseconds: UInt64) {
    PacketFaults.wait(forReading: descriptor, nanoseconds: microseconds * 1_000)
  }
}

/// An IPv4 address and a port.
struct InternetAddress: Sendable {
  private var raw = sockaddr_in()

  init(_ text: String, port: UInt16) throws(PacketFaultError) {
    raw.sin_family = sa_family_t(AF_INET)
    raw.sin_port = port.bigEndian
    guard inet_pton(AF_INET, text, &raw.sin_addr) == 1 else {
      throw PacketFaultError("\(text) is not an IPv4 address", 0)
    }
  }

  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: raw) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// Until the descriptor can be read, or this time has passed, rounded up to a millisecond; `nil`: for as long as it
/// takes.
func wait(forReading descriptor: Int32, nanoseconds: UInt64?) {
  var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  let milliseconds = nanoseconds.map { Int32(min(($0 + 999_999) / 1_000_000, 60_000)) } ?? -1
  _ = Glibc.poll(&poll, 1, milliseconds)
}

enum MonotonicClock {
  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  static func microseconds() -> UInt64 { nanoseconds() / 1_000 }
}
