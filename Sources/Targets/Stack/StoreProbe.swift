import Foundation
import HTTPClient
import Workload

/// Probes the whole store with a committed write and a linearizable read that must see it.
struct StoreProbe: Sendable {
  /// A key that no workload uses.
  static let key = "kvchaos-ready"

  let http: HTTPClient
  let url: String

  /// `nil` when the store answered; otherwise the reason, in a few words.
  func ask() async -> String? {
    let value = UUID().uuidString
    do throws(HTTPClientError) {
      let write = try await http.send(
        HTTPRequest(
          method: "PUT", url: "\(url)/store?ack=committed",
          headers: StoreToken.headers + [("Content-Type", "application/json"), ("Idempotency-Key", value)],
          body: Array(#"{"key":"\#(Self.key)","value":"\#(value)"}"#.utf8), timeoutMilliseconds: 5_000))
      guard write.status != 401 else { return "the store requires a token; set KVCHAOS_TOKEN to its KV_API_TOKEN" }
      guard write.status == 200 else { return "a committed write was answered with \(write.status)" }
      let read = try await http.send(
        HTTPRequest(
          method: "GET", url: "\(url)/store/\(Self.key)?read=linearizable", headers: StoreToken.headers,
          timeoutMilliseconds: 5_000))
      guard read.status == 200 else { return "a linearizable read was answered with \(read.status)" }
      return read.text.contains(value) ? nil : "a linearizable read did not see the write before it"
    } catch {
      return "no answer: \(error)"
    }
  }
}
