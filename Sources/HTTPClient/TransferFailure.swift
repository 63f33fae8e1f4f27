import CCurl

/// What a libcurl result means for the caller.
enum TransferFailure {
  /// - Parameters:
  ///   - words: libcurl's own message, may be empty.
  ///   - bytesSent: the bytes of the request that the kernel took. With none the request certainly never left, whatever
  ///     the result is called: a timeout while waiting for a connection is the usual case.
  static func error(code: CURLcode, words: String, bytesSent: Int) -> HTTPClientError {
    let message = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
    return HTTPClientError(code: meaning(of: code, bytesSent: bytesSent), message: message)
  }

  private static func meaning(of code: CURLcode, bytesSent: Int) -> HTTPClientError.Code {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .connectFailed
    case CURLE_OPERATION_TIMEDOUT: bytesSent == 0 ? .connectFailed : .timedOut
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND,
      CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      bytesSent == 0 ? .connectFailed : .connectionLost
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .internalFault
    default: bytesSent == 0 ? .internalFault : .connectionLost
    }
  }
}
