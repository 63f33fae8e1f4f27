import Foundation
import Glibc

/// An HTTP server whose every byte the test decides: `serve` runs on a thread of its own for each connection.
public final class RawServer: Sendable {
  /// One accepted connection. Closed when `serve` returns.
  public struct Connection: Sendable {
    let descriptor: Int32
    /// 0 for the first one accepted.
    public let number: Int

    /// Reads one request, header and body (by Content-Length); `nil` when the client has closed.
    public func readRequest() -> String? {
      var bytes: [UInt8] = []
      while true {
        let text = String(decoding: bytes, as: UTF8.self)
        if let end = text.range(of: "\r\n\r\n") {
          let length = text[..<end.lowerBound].split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) }
          if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        bytes += buffer[..<count]
      }
    }

    /// Has the connection end with a reset.
    public func resetWhenClosed() {
      var option = Glibc.linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    public func write(_ text: String) {
      let bytes = Array(text.utf8)
      _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    public func answer(_ body: String, status: String = "200 OK", header: String = "") {
      write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(header)\r\n\(body)")
    }
  }

  private let server: LocalServer

  public init(_ serve: @escaping @Sendable (Connection) -> Void) {
    server = LocalServer { serve(Connection(descriptor: $0, number: $1)) }
  }

  /// Stops listening.
  public func close() { server.close() }

  public var port: Int { server.port }

  public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(server.port)\(path)" }
}
