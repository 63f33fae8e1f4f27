import CCurl
import Glibc
import HTTPClient

/// One client's two easy handles, one for its PUTs and one for its GETs, used for one request after another. Everything
/// constant is set once; for a request only the digits of the key change, and for a GET the address. Used only on the
/// generator's thread.
final class ClientTransfers {
  /// How many bytes of an answer's body are kept, for error messages.
  private static let bodyCapacity = 8 * 1024

  /// The request in progress, and when it was sent.
  private(set) var open: (request: LoadRequest, sentNanoseconds: UInt64)?
  private let put: UnsafeMutableRawPointer
  private let get: UnsafeMutableRawPointer
  private let putHeaders: UnsafeMutablePointer<curl_slist>?
  private let getHeaders: UnsafeMutablePointer<curl_slist>?
  private let texts: RequestTexts
  private let requestBody: UnsafeMutableBufferPointer<CChar>
  private let address: UnsafeMutableBufferPointer<CChar>
  private let body: UnsafeMutableBufferPointer<CChar>
  private var bodyLength = 0
  private var sequence: Int
  private let once = SendOnce()

  /// - Parameter index: what `of(_:)` returns for its handles.
  /// - Returns: `nil` if libcurl has no memory for a handle.
  init?(index: Int, settings: LoadSettings) {
    guard let put = curl_easy_init() else { return nil }
    guard let get = curl_easy_init() else {
      curl_easy_cleanup(put)
      return nil
    }
    self.put = put
    self.get = get
    texts = RequestTexts(settings)
    requestBody = Self.copied(texts.body)
    address = Self.copied(texts.getURL)
    body = .allocate(capacity: Self.bodyCapacity)
    sequence = index
    let authorization = settings.token.map { ["Authorization: Bearer \($0)"] } ?? []
    // No waiting for "100 Continue".
    putHeaders = Self.list(["Content-Type: application/json", "Expect:", "Accept:"] + authorization)
    getHeaders = Self.list(["Accept:"] + authorization)
    for handle in [put, get] { setUp(handle, index: index) }
    kv_easy_set_string(put, CURLOPT_URL, texts.putURL)
    kv_easy_set_long(put, CURLOPT_POST, 1)
    kv_easy_set_string(put, CURLOPT_CUSTOMREQUEST, "PUT")
    // Not copied: the buffer lives as long as the handle.
    kv_easy_set_pointer(put, CURLOPT_POSTFIELDS, requestBody.baseAddress)
    kv_easy_set_offset(put, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(texts.body.utf8.count))
    kv_easy_set_list(put, CURLOPT_HTTPHEADER, putHeaders)
    kv_easy_set_list(get, CURLOPT_HTTPHEADER, getHeaders)
  }

  deinit {
    curl_easy_cleanup(put)
    curl_easy_cleanup(get)
    curl_slist_free_all(putHeaders)
    curl_slist_free_all(getHeaders)
    requestBody.deallocate()
    address.deallocate()
    body.deallocate()
  }

  private func setUp(_ handle: UnsafeMutableRawPointer, index: Int) {
    // Never null, to distinguish it from a handle without a number.
    kv_easy_set_pointer(handle, CURLOPT_PRIVATE, UnsafeRawPointer(bitPattern: index + 1))
    kv_easy_set_long(handle, CURLOPT_NOSIGNAL, 1)
    kv_easy_set_string(handle, CURLOPT_PROXY, "")
    kv_easy_set_string(handle, CURLOPT_PROTOCOLS_STR, "http")
    kv_easy_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    once.guardRequests(of: handle)
    kv_easy_set_long(handle, CURLOPT_BUFFERSIZE, Self.bodyCapacity)
    kv_easy_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
    kv_easy_set_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      if let bytes, let context {
        Unmanaged<ClientTransfers>.fromOpaque(context).takeUnretainedValue().receive(bytes, size * count)
      }
      return size * count
    }
  }

  /// The client whose handle this is.
  static func index(of handle: UnsafeMutableRawPointer) -> Int? {
    var context: UnsafeMutableRawPointer?
    kv_easy_get_private(handle, &context)
    return context.map { Int(bitPattern: $0) - 1 }
  }

  private static func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
    lines.reduce(nil) { list, line in curl_slist_append(list, line) ?? list }
  }

  /// The text with a zero at its end.
  private static func copied(_ text: String) -> UnsafeMutableBufferPointer<CChar> {
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
    _ = buffer.initialize(from: text.utf8CString)
    return buffer
  }

  // MARK: A request

  /// Sets a handle up for the request, which begins once the handle is in the multi handle.
  func begin(_ request: LoadRequest, at now: UInt64) -> UnsafeMutableRawPointer {
    open = (request, now)
    bodyLength = 0
    once.reset()
    switch request.kind {
    case .put:
      RequestTexts.write(request.key, digits: LoadSettings.keyDigits, to: requestBody, at: texts.bodyKeyOffset)
      RequestTexts.write(sequence, digits: LoadSettings.sequenceDigits, to: requestBody, at: texts.bodyValueOffset)
      sequence += 1
      return put
    case .get:
      RequestTexts.write(request.key, digits: LoadSettings.keyDigits, to: address, at: texts.getKeyOffset)
      kv_easy_set_string(get, CURLOPT_URL, address.baseAddress)
      return get
    }
  }

  /// The handle of the request in progress.
  var openHandle: UnsafeMutableRawPointer? { open.map { $0.request.kind == .put ? put : get } }

  private func receive(_ bytes: UnsafePointer<CChar>, _ count: Int) {
    let kept = min(count, Self.bodyCapacity - bodyLength)
    guard kept > 0, let start = body.baseAddress else { return }
    memcpy(start + bodyLength, bytes, kept)
    bodyLength += kept
  }

  /// Takes the result of the request, and returns its outcome.
  func finish(_ code: CURLcode) -> LoadOutcome {
    defer { open = nil }
    guard let open, let handle = openHandle else { return .unknown("no request was in progress") }
    guard code == CURLE_OK else {
      let words = once.words(of: code)
      return once.hasBegun ? .unknown(words) : .failed(words)
    }
    var status = 0
    kv_easy_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    if status == 200 { return .ok }
    return AnswerReading.outcome(
      of: open.request.kind, status: status, contentType: kv_easy_content_type(handle).map { String(cString: $0) },
      body: body[..<bodyLength].map { UInt8(bitPattern: $0) })
  }

  /// Gives the request up: no caller waits for it any more.
  func abandon() { open = nil }
}
