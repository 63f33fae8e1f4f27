import TestSupport

/// An HTTP server that answers each request as the test says.
final class StubServer: Sendable {
  enum Reaction: Sendable {
    case answer(status: String, header: String = "", body: String)
    /// Nothing, for ever.
    case silence
    /// The connection is closed without an answer.
    case cut
  }

  private let server: RawServer

  /// - Parameter react: gets the whole request, and the number of its connection.
  init(_ react: @escaping @Sendable (_ request: String, _ connection: Int) -> Reaction) {
    server = RawServer { connection in
      while let request = connection.readRequest() {
        switch react(request, connection.number) {
        case .answer(let status, let header, let body): connection.answer(body, status: status, header: header)
        // Until the client gives up.
        case .silence: while connection.readRequest() != nil {}
        case .cut: return
        }
      }
    }
  }

  /// Stops listening.
  func close() { server.close() }

  var url: String { server.url("") }
}
