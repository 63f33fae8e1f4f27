import Glibc

/// TCP connections, one after another, each closed as soon as it stands.
public struct ConnectProbe {
  public struct Result: Sendable, Hashable, CustomStringConvertible {
    public var tried = 0
    public var connected = 0
    /// Refused or reset.
    public var reset = 0
    /// Without an answer in time, or without a way.
    public var other = 0

    public var description: String { "tried=\(tried) connected=\(connected) reset=\(reset) other=\(other)" }
  }

  public var count: Int
  public var timeoutMilliseconds: Int32

  public init(count: Int, timeoutMilliseconds: Int32) {
    self.count = count
    self.timeoutMilliseconds = timeoutMilliseconds
  }

  public func run(_ address: String, port: UInt16) throws(PacketFaultError) -> Result {
    let target = try InternetAddress(address, port: port)
    var result = Result()
    for _ in 0..<count {
      result.tried += 1
      switch try attempt(target) {
      case 0: result.connected += 1
      case ECONNREFUSED, ECONNRESET: result.reset += 1
      default: result.other += 1
      }
    }
    return result
  }

  /// The error number; 0 when connected.
  private func attempt(_ target: InternetAddress) throws(PacketFaultError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, type, 0)
    guard descriptor >= 0 else { throw PacketFaultError("no socket can be created", errno) }
    defer { close(descriptor) }
    if target.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 { return 0 }
    guard errno == EINPROGRESS else { return errno }
    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard Glibc.poll(&poll, 1, timeoutMilliseconds) == 1 else { return ETIMEDOUT }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    return error
  }
}
