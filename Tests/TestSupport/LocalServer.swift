import Foundation
import Glibc

/// Takes connections on a port of 127.0.0.1 that is its own, and serves each on a thread of its own.
public final class LocalServer: Sendable {
  public let port: Int
  private let listener: Int32

  /// - Parameter serve: gets a connection, which is closed when it returns, and the connection's number, from 0.
  public init(_ serve: @escaping @Sendable (_ descriptor: Int32, _ number: Int) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(
          bind(listener, $0, length) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &length) == 0,
          "no port to listen on")
      }
    }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      var number = 0
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        let own = number
        number += 1
        Thread.detachNewThread {
          serve(descriptor, own)
          Glibc.close(descriptor)
        }
      }
    }
  }

  deinit {
    close()
    Glibc.close(listener)
  }

  /// This many bytes of a connection; `nil` where it ends before.
  public static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var buffer = [UInt8](repeating: 0, count: count - bytes.count)
      let got = recv(descriptor, &buffer, buffer.count, 0)
      guard got > 0 else { return nil }
      bytes += buffer[..<got]
    }
    return bytes
  }

  /// Stops listening.
  public func close() { shutdown(listener, Int32(SHUT_RDWR)) }
}
