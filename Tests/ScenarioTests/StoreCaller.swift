import Foundation
import HTTPClient
import Stack
import Testing
import Workload

/// The store as a client sees it through NGINX.
struct StoreCaller {
  let port: Int
  let stack: Stack
  private let http = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 32))

  /// Starts the stack if it is not running.
  init() async throws {
    stack = Stack(try Laboratory.configuration())
    try await stack.up { _ in }
    port = try #require(URL(string: try await stack.storeURL())?.port)
  }

  func send(
    _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8]? = nil
  ) async throws -> HTTPResponse {
    try await http.send(
      HTTPRequest(
        method: method, url: "http://127.0.0.1:\(port)\(path)",
        headers: StoreToken.headers + headers.map { (name: $0.0, value: $0.1) }, body: body,
        timeoutMilliseconds: 30_000))
  }

  func put(
    _ key: String, _ value: String, _ query: String = "?ack=committed", _ headers: [(String, String)] = []
  ) async throws -> HTTPResponse {
    let body = try JSONEncoder().encode(["key": key, "value": value])
    return try await send(
      "PUT", "/store\(query)", [("Content-Type", "application/json")] + headers, body: Array(body))
  }

  /// Every byte but letters and digits percent-encoded, the dot too.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte)
      return isPlain ? String(Unicode.Scalar(byte)) : String(format: "%%%02X", byte)
    }.joined()
  }
}

extension HTTPResponse {
  var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }

  /// Whether it is an answer of the store's own that says "certainly not applied".
  var isRefusal: Bool {
    header("Content-Type") == "application/problem+json" && json["outcome"] as? String == "not-applied"
  }
}
