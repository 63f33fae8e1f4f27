import CCurl

/// One easy handle, used for one request after another, only on the transfer thread.
final class Transfer {
  let handle: UnsafeMutableRawPointer
  private(set) var submission: Submission?
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private var headerBlock: [UInt8] = []
  private var body: [UInt8] = []
  /// libcurl writes its error message here; it has to outlive the handle.
  private let errorBuffer: UnsafeMutablePointer<CChar>
  private var headDelivered = false
  private let once = SendOnce()
  /// When it has taken too long, on the monotonic clock.
  private var deadlineNanoseconds = UInt64.max

  /// `nil` when libcurl has no memory for a handle.
  init?(unixSocketPath: String?) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    let context = Unmanaged.passUnretained(self).toOpaque()
    kv_easy_set_pointer(handle, CURLOPT_PRIVATE, context)
    kv_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    kv_easy_set_long(handle, CURLOPT_NOSIGNAL, 1)
    // The URL as it stands: libcurl would remove `.` and `..` segments.
    kv_easy_set_long(handle, CURLOPT_PATH_AS_IS, 1)
    kv_easy_set_string(handle, CURLOPT_PROXY, "")
    kv_easy_set_string(handle, CURLOPT_PROTOCOLS_STR, "http")
    kv_easy_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    if let unixSocketPath { kv_easy_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, unixSocketPath) }
    once.guardRequests(of: handle)
    kv_easy_set_pointer(handle, CURLOPT_WRITEDATA, context)
    kv_easy_set_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      Transfer.borrow(context)?.receiveBody(UnsafeBufferPointer(start: bytes, count: size * count))
      return size * count
    }
    kv_easy_set_pointer(handle, CURLOPT_HEADERDATA, context)
    kv_easy_set_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      Transfer.borrow(context)?.receiveHeader(UnsafeBufferPointer(start: bytes, count: size * count))
      return size * count
    }
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
    errorBuffer.deallocate()
  }

  /// The transfer that a handle belongs to.
  static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
    var context: UnsafeMutableRawPointer?
    kv_easy_get_private(handle, &context)
    return borrow(context)
  }

  private static func borrow(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Sets the handle up for a submission. Every option that differs between requests is set each time.
  func prepare(_ submission: Submission) {
    self.submission = submission
    headerBlock.removeAll(keepingCapacity: true)
    body = []
    headDelivered = false
    once.reset()
    errorBuffer[0] = 0
    let request = submission.request
    kv_easy_set_string(handle, CURLOPT_URL, request.url)
    prepareMethod(request)
    prepareHeaders(request)
    kv_easy_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMilliseconds)
    kv_easy_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds)
    let timeout = UInt64(max(0, request.timeoutMilliseconds)) * 1_000_000
    deadlineNanoseconds = timeout > 0 ? MultiHandle.now + timeout : .max
  }

  /// Whether its time is over although no connection has taken it.
  func isLate(at nanoseconds: UInt64) -> Bool { nanoseconds >= deadlineNanoseconds && !once.hasBegun }

  private func prepareMethod(_ request: HTTPRequest) {
    // Each of these options changes the method; the custom method, set last, is what is sent.
    kv_easy_set_long(handle, CURLOPT_NOBODY, 0)
    if let body = request.body {
      kv_easy_set_long(handle, CURLOPT_POST, 1)
      kv_easy_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      // A null pointer would mean "call the read function": a body of no bytes points somewhere too.
      body.withUnsafeBytes {
        _ = kv_easy_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(errorBuffer))
      }
    } else {
      kv_easy_set_long(handle, CURLOPT_HTTPGET, 1)
      if request.method == "HEAD" { kv_easy_set_long(handle, CURLOPT_NOBODY, 1) }
    }
    kv_easy_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
  }

  private func prepareHeaders(_ request: HTTPRequest) {
    curl_slist_free_all(headerList)
    headerList = nil
    var hasContentType = false
    for (name, value) in request.headers {
      // libcurl's notation: a header without a value ends in a semicolon, else it would mean "remove this header".
      append(value.isEmpty ? "\(name);" : "\(name): \(value)")
      if name.lowercased() == "content-type" { hasContentType = true }
    }
    if request.body != nil {
      // No waiting for "100 Continue", and no form encoding claimed for a body that is none.
      append("Expect:")
      if !hasContentType { append("Content-Type:") }
    }
    kv_easy_set_list(handle, CURLOPT_HTTPHEADER, headerList)
  }

  private func append(_ line: String) {
    headerList = curl_slist_append(headerList, line) ?? headerList
  }

  // MARK: What libcurl received

  private func receiveHeader(_ line: UnsafeBufferPointer<CChar>) {
    line.withMemoryRebound(to: UInt8.self) { line in
      if line.starts(with: "HTTP/".utf8) {
        // A new status line: what came before was a "100 Continue".
        headerBlock.removeAll(keepingCapacity: true)
      } else if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
        deliverHead()
      } else {
        headerBlock.append(contentsOf: line)
      }
    }
  }

  private func deliverHead() {
    guard case .stream(let head, let stream, _) = submission?.receiver, !headDelivered, status >= 200 else { return }
    headDelivered = true
    head.resume(returning: .success(HTTPResponseStream(status: status, body: stream, headerBlock: headerBlock)))
  }

  private func receiveBody(_ bytes: UnsafeBufferPointer<CChar>) {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      if case .stream(_, _, let continuation) = submission?.receiver {
        continuation.yield(Array(bytes))
      } else {
        body.append(contentsOf: bytes)
      }
    }
  }

  private var status: Int {
    var status = 0
    kv_easy_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  // MARK: The end

  /// Tells the receiver how libcurl says it ended.
  func finish(_ code: CURLcode) {
    if code == CURLE_OK {
      succeed()
    } else {
      let words = code == CURLE_ABORTED_BY_CALLBACK ? "" : String(cString: errorBuffer)
      fail(
        TransferFailure.error(
          code: code, words: words.isEmpty ? once.words(of: code) : words, wasSent: once.hasBegun))
    }
  }

  /// Tells the receiver that there will be no response (any more).
  func fail(_ error: HTTPClientError) {
    defer { submission = nil }
    guard let submission else { return }
    if case .stream(_, _, let body) = submission.receiver, headDelivered {
      body.finish(throwing: error)
    } else {
      submission.fail(error)
    }
  }

  private func succeed() {
    defer { submission = nil }
    switch submission?.receiver {
    case .whole(let continuation):
      continuation.resume(returning: .success(HTTPResponse(status: status, headerBlock: headerBlock, body: body)))
    case .stream(_, _, let continuation):
      deliverHead()
      continuation.finish()
    case nil: break
    }
    body = []
  }
}
