import Foundation
import Glibc
import Synchronization

/// A Docker Engine on a Unix socket whose every answer the test decides, with every request recorded.
public final class FakeEngine: Sendable {
  public let socketPath: String
  private let listener: Int32
  private let seen = Log()

  private final class Log: Sendable {
    let requests = Mutex<[String]>([])
  }

  /// What was asked, as `POST /containers/abc/kill?signal=SIGKILL`.
  public var requests: [String] { seen.requests.withLock { $0 } }

  /// - Parameter answer: status and JSON for a request line; `nil`: never an answer.
  public init(_ answer: @escaping @Sendable (_ request: String) -> (status: Int, json: String)?) {
    let path = NSTemporaryDirectory() + "kv-\(UUID().uuidString.prefix(8)).sock"
    socketPath = path
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 64) == 0)
      }
    }
    self.listener = listener
    Thread.detachNewThread { [seen] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Thread.detachNewThread { Self.serve(connection, seen, answer) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    unlink(socketPath)
  }

  private static func serve(
    _ connection: Int32, _ seen: Log, _ answer: (_ request: String) -> (status: Int, json: String)?
  ) {
    defer { close(connection) }
    var pending = ""
    while true {
      while let end = pending.range(of: "\r\n\r\n") {
        let header = pending[..<end.lowerBound]
        let length =
          header.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        guard pending[end.upperBound...].utf8.count >= length else { break }
        let line = header.split(separator: "\r\n")[0].split(separator: " ").prefix(2).joined(separator: " ")
        pending = String(pending[end.upperBound...].utf8.dropFirst(length)) ?? ""
        seen.requests.withLock { $0.append(line) }
        guard let (status, json) = answer(line) else { continue }
        let text =
          "HTTP/1.1 \(status) S\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)"
        _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
      }
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      pending += String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
