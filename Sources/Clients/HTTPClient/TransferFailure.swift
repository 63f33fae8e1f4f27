import CCurl

/// What a libcurl result means for the caller.
enum TransferFailure {
  /// - Parameters:
  ///   - words: libcurl's own message.
  ///   - wasSent: whether the request was handed to any connection. Only if it was not, it has certainly never left,
  ///     whatever the result is called: a timeout while waiting for a connection is the usual case.
  static func error(code: CURLcode, words: String, wasSent: Bool) -> HTTPClientError {
    HTTPClientError(code: meaning(of: code, wasSent: wasSent), message: words)
  }

  private static func meaning(of code: CURLcode, wasSent: Bool) -> HTTPClientError.Code {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: wasSent ? .connectionLost : .invalidRequest
    case CURLE_OPERATION_TIMEDOUT: wasSent ? .timedOut : .connectFailed
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
      CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      wasSent ? .connectionLost : .connectFailed
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .internalFault
    default: wasSent ? .connectionLost : .internalFault
    }
  }
}
