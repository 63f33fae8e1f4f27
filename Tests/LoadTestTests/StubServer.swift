import Foundation
import Glibc

/// An HTTP server on 127.0.0.1 for tests: a thread a connection, requests with a Content-Length or no body.
final class StubServer: Sendable {
  enum Reaction: Sendable {
    case answer(status: String, header: String = "", body: String)
    /// Nothing, for ever.
    case silence
    /// The connection is closed without an answer.
    case cut
  }

  struct Refused: Error {}

  let port: Int
  private let listener: Int32

  /// - Parameter react: gets the whole request, and the number of its connection.
  init(_ react: @escaping @Sendable (_ request: String, _ connection: Int) -> Reaction) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw Refused() }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      var number = 0
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        let own = number
        number += 1
        Thread.detachNewThread {
          Self.serve(connection) { react($0, own) }
          Glibc.close(connection)
        }
      }
    }
  }

  deinit { close() }

  /// Nobody listens any more.
  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ connection: Int32, _ react: (String) -> Reaction) {
    while let request = readRequest(connection) {
      switch react(request) {
      case .answer(let status, let header, let body):
        let bytes = Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(header)\r\n\(body)".utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      case .silence:
        var byte: UInt8 = 0
        // Until the client gives up.
        _ = recv(connection, &byte, 1, 0)
        return
      case .cut: return
      }
    }
  }

  private static func readRequest(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let length = text[..<end.lowerBound].components(separatedBy: "\r\n")
          .first { $0.lowercased().hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(16)) }
        if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}
