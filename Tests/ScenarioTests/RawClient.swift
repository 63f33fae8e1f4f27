import Foundation
import Glibc

/// A TCP connection to the store whose every byte the test decides. Its calls block: use it on a thread of its own.
final class RawClient {
  private let descriptor: Int32

  /// Connects to `127.0.0.1`; `nil` when no server takes the connection. No read waits longer than `seconds`.
  init?(port: Int, seconds: Int) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result != 0 { return nil }
  }

  deinit { close(descriptor) }

  func send(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Glibc.send(descriptor, raw.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send(text.utf8) }

  /// What comes until the peer closes (`isClosed`), or nothing comes any more.
  func readToEnd() -> (bytes: [UInt8], isClosed: Bool) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { bytes += buffer[..<count] }
      if count == 0 { return (bytes, true) }
      // A reset is an end too; only silence is none.
      if count < 0, errno != EINTR { return (bytes, errno == ECONNRESET) }
    }
  }

  /// Sends a whole request, and reads the answer to it.
  static func exchange(port: Int, _ request: [UInt8]) async -> (status: Int, text: String) {
    await onThread {
      guard let client = RawClient(port: port, seconds: 10) else { return (0, "no connection") }
      client.send(request)
      let text = String(decoding: client.readToEnd().bytes, as: UTF8.self)
      return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, text)
    }
  }

  /// Runs something that blocks where it holds up no task.
  static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
