import Glibc
import ThreadExecutor

/// Serves `GET /metrics` for a process that has no HTTP server of its own: one thread, one connection at a time, each
/// of them two seconds at most. Meant for a private network.
public final class MetricsServer: Sendable {
  /// The port, also where 0 was asked for.
  public let port: UInt16
  private let listener: Int32

  /// Listens on every address of this machine, and serves from then on.
  ///
  /// - Parameter port: 0 takes a free one.
  /// - Returns: nil when the port cannot be had.
  public init?(port: UInt16, registry: MetricsRegistry) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { return nil }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard LocalHTTP.withAddress(0, port: port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0,
      let bound = Self.port(of: listener)
    else {
      close(listener)
      return nil
    }
    self.listener = listener
    self.port = bound
    // A thread, because accept and the reads wait, which a task must not.
    DedicatedThread.start(name: "metrics") {
      while true {
        let connection = accept(listener, nil, nil)
        if connection >= 0 {
          Self.serve(connection, registry)
          close(connection)
        } else if errno == EINVAL || errno == EBADF {
          // The listener was shut down: the server is gone.
          close(listener)
          return
        } else if errno != EINTR && errno != ECONNABORTED {
          // No descriptor or memory left: not in a tight loop.
          usleep(100_000)
        }
      }
    }
  }

  /// Wakes the thread, which closes the descriptor: the only place that does, so that no number is used twice.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func port(of listener: Int32) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    return result == 0 ? UInt16(bigEndian: address.sin_port) : nil
  }

  private static func serve(_ connection: Int32, _ registry: MetricsRegistry) {
    let deadline = ContinuousClock.now + .seconds(2)
    guard let head = requestHead(connection, deadline) else { return }
    let line = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard words.count == 3 else { return respond(connection, 400, "Bad Request", "this is not HTTP\n", deadline) }
    let path = words[1].prefix { $0 != "?" }
    guard path == "/metrics" else {
      return respond(connection, 404, "Not Found", "only /metrics is here\n", deadline)
    }
    guard words[0] == "GET" else {
      return respond(connection, 405, "Method Not Allowed", "only GET is known here\n", deadline)
    }
    respond(connection, 200, "OK", registry.text(), deadline, contentType: MetricsRegistry.contentType)
  }

  /// What came up to the empty line, 8 KiB at most; nil when it does not come in time.
  private static func requestHead(_ connection: Int32, _ deadline: ContinuousClock.Instant) -> [UInt8]? {
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 2048)
    while head.count < 8192 {
      guard wait(connection, Int16(POLLIN), deadline) else { return nil }
      let count = recv(connection, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      head += buffer[..<count]
      if String(decoding: head, as: UTF8.self).contains("\r\n\r\n") { return head }
    }
    return nil
  }

  private static func respond(
    _ connection: Int32, _ status: Int, _ phrase: String, _ body: String, _ deadline: ContinuousClock.Instant,
    contentType: String = "text/plain; charset=utf-8"
  ) {
    let head =
      "HTTP/1.1 \(status) \(phrase)\r\nContent-Type: \(contentType)\r\nContent-Length: \(body.utf8.count)\r\n"
      + "\(status == 405 ? "Allow: GET\r\n" : "")Connection: close\r\n\r\n"
    var rest = Array((head + body).utf8)[...]
    while !rest.isEmpty, wait(connection, Int16(POLLOUT), deadline) {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// False when the deadline has passed.
  private static func wait(_ descriptor: Int32, _ events: Int16, _ deadline: ContinuousClock.Instant) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: deadline).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0 else { return false }
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      if poll(&entry, 1, Int32(milliseconds)) > 0 { return true }
    }
  }
}
