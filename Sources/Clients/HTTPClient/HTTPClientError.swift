import Failures

/// Why a request has no response.
public struct HTTPClientError: CategorisedError, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable {
    /// No byte of the request left this process: unknown host, connection refused, or no connection in time.
    case connectFailed
    /// The request timed out after it had been sent, at least in part: its outcome is unknown.
    case timedOut
    /// The connection broke after the request had been sent, at least in part: its outcome is unknown.
    case connectionLost
    /// The task was cancelled; the request may have been sent.
    case cancelled
    /// The request is invalid (its URL), and was not sent.
    case invalidRequest
    /// A fault of this client, or of libcurl; nothing is known of the request.
    case internalFault
  }

  public var code: Code
  /// A sentence with libcurl's own message.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// Whether the server certainly never saw a byte of the request.
  public var certainlyNotSent: Bool {
    switch code {
    case .connectFailed, .invalidRequest: true
    case .timedOut, .connectionLost, .cancelled, .internalFault: false
    }
  }

  public var description: String { "\(code.rawValue): \(message)" }

  public var category: FailureCategory {
    switch code {
    case .connectFailed: .unavailable
    case .timedOut, .connectionLost, .cancelled, .invalidRequest, .internalFault: .internalFault
    }
  }
}
