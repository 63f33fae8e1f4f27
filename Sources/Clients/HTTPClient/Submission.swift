/// A request on its way to the transfer thread, with its completion.
struct Submission: Sendable {
  typealias Whole = CheckedContinuation<Result<HTTPResponse, HTTPClientError>, Never>
  typealias Head = CheckedContinuation<Result<HTTPResponseStream, HTTPClientError>, Never>
  typealias Body = AsyncThrowingStream<[UInt8], any Error>

  enum Receiver: Sendable {
    case whole(Whole)
    /// `head` is resumed once the header is complete, or with the failure; then `body` gets the pieces.
    case stream(head: Head, stream: Body, body: Body.Continuation)
  }

  var id: UInt64
  var request: HTTPRequest
  var receiver: Receiver

  /// Tells the receiver that nothing will come, before a transfer was begun.
  func fail(_ error: HTTPClientError) {
    switch receiver {
    case .whole(let continuation): continuation.resume(returning: .failure(error))
    case .stream(let head, _, let body):
      head.resume(returning: .failure(error))
      body.finish(throwing: error)
    }
  }
}
