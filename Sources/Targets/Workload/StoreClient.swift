import ChaosPlan
import Foundation
import HTTPClient

/// Sends operations to the store's HTTP interface.
public struct StoreClient: Sendable {
  /// How long a request may take before the client gives up: longer than the server's own limits (queued 5 s,
  /// committed 10 s, read 5 s) with a proxy retry between, so that the server's honest answer comes first.
  public struct Timeouts: Sendable, Hashable {
    public var queued: Duration = .seconds(12)
    public var committed: Duration = .seconds(20)
    public var read: Duration = .seconds(12)

    public init() {}
  }

  /// `http://127.0.0.1:8000`, without a slash at the end.
  public let baseURL: String
  private let http: HTTPClient
  private let timeouts: Timeouts
  private let padding: ValuePadding?

  /// - Parameters:
  ///   - connections: as many as operations are open at once, so that none waits for a connection.
  ///   - valueBytes: the size to which every value is padded, outside the history; `nil`: values are sent as they are.
  public init(baseURL: String, connections: Int, timeouts: Timeouts = Timeouts(), valueBytes: Int? = nil) {
    self.baseURL = baseURL
    padding = valueBytes.map { ValuePadding(bytes: $0) }
    http = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: connections))
    self.timeouts = timeouts
  }

  /// Sends the operation once and says what its outcome is. Never retries: a retry is another operation.
  public func perform(_ operation: StoreOperation) async -> Completion {
    let result: Result<HTTPResponse, HTTPClientError>
    do throws(HTTPClientError) {
      result = .success(try await http.send(request(operation)))
    } catch {
      result = .failure(error)
    }
    var completion = ResponseMapping.completion(of: operation.action, result)
    if let padding, case .get = operation.action, case .string(let value)? = completion.value {
      completion.value = .string(padding.removed(from: value))
    }
    return completion
  }

  func request(_ operation: StoreOperation) -> HTTPRequest {
    let key = Self.escaped(operation.key)
    let identity =
      StoreToken.headers + (operation.operation.map { [(name: "Idempotency-Key", value: $0)] } ?? [])
    switch operation.action {
    case .put(let value, let level):
      return HTTPRequest(
        method: "PUT", url: "\(baseURL)/store?ack=\(level.rawValue)",
        headers: identity + [("Content-Type", "application/json")],
        body: Self.body(key: operation.key, value: padding?.added(to: value) ?? value),
        timeoutMilliseconds: milliseconds(limit(level)))
    case .delete(let level):
      return HTTPRequest(
        method: "DELETE", url: "\(baseURL)/store/\(key)?ack=\(level.rawValue)", headers: identity,
        timeoutMilliseconds: milliseconds(limit(level)))
    case .get(let level):
      return HTTPRequest(
        method: "GET", url: "\(baseURL)/store/\(key)?read=\(level.rawValue)", headers: StoreToken.headers,
        timeoutMilliseconds: milliseconds(timeouts.read))
    case .audit:
      return HTTPRequest(
        method: "GET", url: "\(baseURL)/operations/\(Self.escaped(operation.operation ?? ""))",
        headers: StoreToken.headers, timeoutMilliseconds: milliseconds(timeouts.read))
    }
  }

  private func limit(_ level: AcknowledgementLevel) -> Duration {
    switch level {
    case .queued: timeouts.queued
    case .committed: timeouts.committed
    }
  }

  private func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }

  private static func body(key: String, value: String) -> [UInt8] {
    // Two strings always encode.
    let data = (try? JSONEncoder().encode(["key": key, "value": value])) ?? Data()
    return Array(data)
  }

  private static func escaped(_ text: String) -> String {
    let unreserved = CharacterSet(charactersIn: "-._~").union(.asciiAlphanumerics)
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
  }
}

extension CharacterSet {
  fileprivate static let asciiAlphanumerics = CharacterSet(
    charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}
