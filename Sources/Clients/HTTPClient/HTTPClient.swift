import CCurl
import Synchronization

/// An HTTP/1.1 client on libcurl: one multi handle, one thread of its own, a pool of kept-alive connections.
///
/// Any number of tasks may send at once. A request costs no thread and no busy waiting: the thread sleeps in
/// `epoll_wait` and touches only the transfers that something happened to (libcurl's `multi_socket` interface), and the
/// easy handles are used again and again. Proxies of the environment are ignored, redirects are not followed.
///
/// Each request is sent at most once. When a kept connection breaks before a byte of the answer has come, libcurl would
/// send the request again on a new one; this client prevents that, and throws `connectionLost`.
public final class HTTPClient: Sendable {
  private let mailbox = Mailbox()
  private let nextID = Atomic<UInt64>(0)

  /// Starts the thread.
  public init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
    TransferLoop.start(configuration: configuration, mailbox: mailbox)
  }

  deinit {
    shutdown()
  }

  /// Aborts the transfers in progress (`cancelled`), closes every connection and ends the thread. Later requests fail.
  public func shutdown() {
    mailbox.close(HTTPClientError(code: .cancelled, message: "the client was shut down"))
  }

  /// Sends a request and waits for the whole response. Any status is a response; none is an error.
  ///
  /// Cancelling the task aborts the transfer.
  public func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    try await submit(request) { .whole($0) }.get()
  }

  /// Sends a request and returns once the response's header has arrived; the body is then read from the stream.
  ///
  /// The request's `timeoutMilliseconds` holds for the whole stream: 0 for one without end.
  public func stream(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponseStream {
    let id = newID()
    let (stream, body) = Submission.Body.makeStream()
    body.onTermination = { [mailbox] reason in
      if case .cancelled = reason { _ = mailbox.put(.cancel(id: id)) }
    }
    return try await submit(request, id: id) { .stream(head: $0, stream: stream, body: body) }.get()
  }

  private func newID() -> UInt64 {
    nextID.wrappingAdd(1, ordering: .relaxed).newValue
  }

  private func submit<Value: Sendable>(
    _ request: HTTPRequest, id: UInt64? = nil,
    to receiver: (CheckedContinuation<Result<Value, HTTPClientError>, Never>) -> Submission.Receiver
  ) async -> Result<Value, HTTPClientError> {
    let id = id ?? newID()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let submission = Submission(id: id, request: request, receiver: receiver(continuation))
        if let closed = mailbox.put(.submit(submission)) {
          submission.fail(closed)
        } else if Task.isCancelled {
          // The handler may have run before the submission was in, and found nothing to cancel.
          _ = mailbox.put(.cancel(id: id))
        }
      }
    } onCancel: {
      _ = mailbox.put(.cancel(id: id))
    }
  }
}
