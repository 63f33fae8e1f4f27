import Foundation
import HTTPClient

/// Requests to the engine on its Unix socket, with its errors classified.
struct EngineConnection: Sendable {
  let socketPath: String
  let client: HTTPClient

  init(socketPath: String) {
    self.socketPath = socketPath
    client = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 64, unixSocketPath: socketPath))
  }

  /// Sends a request; `path` is without a version, so that the engine takes the newest it has.
  func send(
    _ method: String, _ path: String, query: [(String, String)] = [], json: [UInt8]? = nil,
    timeout: Duration = .seconds(30)
  ) async throws(DockerEngineError) -> HTTPResponse {
    do throws(HTTPClientError) {
      return try await client.send(request(method, path, query, json, timeout))
    } catch {
      throw engineError(error, "\(method) \(path)")
    }
  }

  func stream(
    _ method: String, _ path: String, query: [(String, String)] = []
  ) async throws(DockerEngineError) -> HTTPResponseStream {
    do throws(HTTPClientError) {
      return try await client.stream(request(method, path, query, nil, .zero))
    } catch {
      throw engineError(error, "\(method) \(path)")
    }
  }

  func get<Value: Decodable>(
    _ type: Value.Type, _ path: String, query: [(String, String)] = [], timeout: Duration = .seconds(30)
  ) async throws(DockerEngineError) -> Value {
    let response = try await send("GET", path, query: query, timeout: timeout)
    try Self.expect(response, [200], "GET \(path)")
    return try Self.decode(type, response, path)
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, _ response: HTTPResponse, _ path: String
  ) throws(DockerEngineError) -> Value {
    do {
      return try Answers.decode(type, Data(response.body))
    } catch {
      throw DockerEngineError(
        code: .malformedAnswer, message: "the Docker Engine's answer to \(path) does not match its API: \(error)")
    }
  }

  /// Throws what the engine says unless the status is one of these.
  static func expect(_ response: HTTPResponse, _ statuses: Set<Int>, _ what: String) throws(DockerEngineError) {
    guard !statuses.contains(response.status) else { return }
    let message = (try? decode(Answers.Message.self, response, what))?.message ?? response.text
    throw DockerEngineError(
      code: response.status == 404 ? .notFound : .refused,
      message: "Docker answered \(response.status) to \(what): \(message)")
  }

  private func request(
    _ method: String, _ path: String, _ query: [(String, String)], _ json: [UInt8]?, _ timeout: Duration
  ) -> HTTPRequest {
    let pairs = query.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
    return HTTPRequest(
      method: method, url: "http://docker\(path)\(pairs.isEmpty ? "" : "?\(pairs)")",
      headers: json == nil ? [] : [("Content-Type", "application/json")], body: json ?? (method == "POST" ? [] : nil),
      connectTimeoutMilliseconds: 5_000,
      timeoutMilliseconds: Int(timeout.components.seconds) * 1_000
        + Int(timeout.components.attoseconds / 1_000_000_000_000_000))
  }

  /// Percent-encoded down to the unreserved characters of RFC 3986.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }

  private func engineError(_ error: HTTPClientError, _ what: String) -> DockerEngineError {
    switch error.code {
    case .connectFailed:
      DockerEngineError(
        code: .unavailable,
        message: "no Docker Engine answers on \(socketPath) (\(error.message)); start it, or run scripts/bootstrap")
    case .timedOut: DockerEngineError(code: .timedOut, message: "the Docker Engine did not answer \(what) in time")
    case .connectionLost, .cancelled, .invalidRequest, .internalFault:
      DockerEngineError(code: .refused, message: "\(what) to the Docker Engine failed: \(error)")
    }
  }
}
