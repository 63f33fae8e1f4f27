import Glibc
import Synchronization

/// An HTTP server that answers requests of one method. The first other request it takes; then it refuses every new
/// connection, and ends this one without an answer.
public final class VanishingServer: Sendable {
  private final class Log: Sendable {
    let methods = Mutex<[String]>([])
    let server = Mutex<RawServer?>(nil)
  }

  private let log = Log()
  public let url: String

  /// - Parameters:
  ///   - resets: whether the connection ends with a reset, and not with an orderly close.
  ///   - answers: the method that is answered.
  public init(resets: Bool, answers: String = "GET") {
    let server = RawServer { [log] connection in
      while let request = connection.readRequest() {
        log.methods.withLock { $0.append(String(request.prefix { $0 != " " })) }
        guard request.hasPrefix("\(answers) ") else {
          // The listener first, so that no client finds a server between the two.
          log.server.withLock { $0?.close() }
          if resets { connection.resetWhenClosed() }
          return
        }
        connection.answer("ok")
      }
    }
    url = server.url()
    log.server.withLock { $0 = server }
  }

  /// The methods of the requests that it has taken.
  public var requests: [String] { log.methods.withLock { $0 } }
}
