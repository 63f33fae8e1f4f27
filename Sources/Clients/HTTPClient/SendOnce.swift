import CCurl

/// Lets an easy handle send each request once, and knows whether it has.
///
/// libcurl sends a request again by itself, on a new connection, when a kept one breaks before a byte of the answer has
/// come (`Curl_retry_request`), whatever the method. The server may have carried out the first copy, so neither an
/// error nor a refusal of the second one would prove that nothing was done. The second copy is therefore held back, and
/// the request ends as a lost connection, whose outcome is unknown.
///
/// Lives on the thread of its handle.
package final class SendOnce {
  /// Whether the request was handed to a connection. Its bytes may then have left, whatever libcurl counts of them.
  package private(set) var hasBegun = false

  package init() {}

  /// Has a handle ask before it sends. This object must outlive the handle's last transfer.
  package func guardRequests(of handle: UnsafeMutableRawPointer) {
    kv_easy_set_pointer(handle, CURLOPT_PREREQDATA, Unmanaged.passUnretained(self).toOpaque())
    kv_easy_set_request_function(handle) { context, _, _, _, _ in
      guard let context else { return CURL_PREREQFUNC_ABORT }
      let once = Unmanaged<SendOnce>.fromOpaque(context).takeUnretainedValue()
      guard !once.hasBegun else { return CURL_PREREQFUNC_ABORT }
      once.hasBegun = true
      return CURL_PREREQFUNC_OK
    }
  }

  /// A new request begins.
  package func reset() { hasBegun = false }

  /// What to say of the result of a request, in place of "operation aborted by callback".
  package func words(of code: CURLcode) -> String {
    code == CURLE_ABORTED_BY_CALLBACK && hasBegun
      ? "the connection broke before an answer came" : String(cString: curl_easy_strerror(code))
  }
}
