import Glibc

/// Something that listens on a free port of 127.0.0.1.
final class Listener: Sendable {
  struct Failure: Error {}

  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) != 0 || listen(descriptor, 1) != 0 || getsockname(descriptor, $0, &length) != 0
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    if failed { throw Failure() }
  }

  deinit {
    close(descriptor)
  }
}
