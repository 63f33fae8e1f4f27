import Glibc

/// One plain HTTP exchange with a service on this machine, for commands that `docker exec` and health checks run.
public enum LocalHTTP {
  /// GETs a path over loopback, showing a token if there is one. Nil when no server answers, or the answer is not
  /// complete within `seconds`.
  public static func get(
    _ path: String, port: UInt16, token: String? = nil, withinSeconds seconds: Int = 2
  ) -> (status: Int, body: [UInt8])? {
    guard let descriptor = connected(port: port, seconds: seconds) else { return nil }
    defer { close(descriptor) }
    // HTTP/1.0: no chunks, and the end of the answer is the end of the connection.
    let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let request = Array(
      "GET \(path) HTTP/1.0\r\nHost: localhost\r\n\(authorization)Connection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { answer += buffer[..<count] }
      if count == 0 { return parsed(answer) }
      if count < 0, errno != EINTR { return nil }
    }
    return nil
  }

  private static func connected(port: UInt16, seconds: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    let result = withAddress(0x7F00_0001, port: port) { connect(descriptor, $0, $1) }
    guard result == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Lends an IPv4 address in the form that the socket calls want.
  static func withAddress<Value>(
    _ address: UInt32, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
  ) -> Value {
    var internet = sockaddr_in()
    internet.sin_family = sa_family_t(AF_INET)
    internet.sin_port = port.bigEndian
    internet.sin_addr.s_addr = address.bigEndian
    return withUnsafePointer(to: &internet) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func parsed(_ answer: [UInt8]) -> (status: Int, body: [UInt8])? {
    // `HTTP/1.x NNN`
    guard answer.count >= 12, let status = Int(String(decoding: answer[9..<12], as: UTF8.self)) else { return nil }
    let separator = Array("\r\n\r\n".utf8)
    var index = 0
    while index + 4 <= answer.count {
      if answer[index..<(index + 4)].elementsEqual(separator) { return (status, Array(answer[(index + 4)...])) }
      index += 1
    }
    return nil
  }
}
