import Foundation
import HTTPTypes
import Hummingbird
import KeyValueStore
import Logging
import ServiceMetrics
import Testing
import WallClock

@testable import StoreHTTP

/// The responder on a store in memory, asked without a network.
struct TestServer {
  struct Answer {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The body as JSON.
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
    var detail: String { json["detail"] as? String ?? "" }
  }

  let store: MemoryStore
  let responder: StoreResponder

  init(token: String? = nil, bodies: BodyBudget = BodyBudget()) {
    let replies = ReplyRegistry()
    store = MemoryStore(replies: replies)
    var timeouts = StoreTimeouts()
    timeouts.queued = .milliseconds(20)
    timeouts.committed = .milliseconds(40)
    timeouts.settled = .milliseconds(40)
    let service = StoreService(
      log: store, table: store, cache: store, replies: replies, clock: ContinuousClock(), timeouts: timeouts,
      wallClock: wallClockMilliseconds)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    responder = StoreResponder(
      service: service, readiness: Readiness(probes: [], clock: ContinuousClock()),
      metrics: APIMetrics(MetricsRegistry()), logger: logger, token: token.map { BearerToken($0) },
      bodies: bodies)
  }

  func ask(
    _ method: String, _ path: String, _ headers: [(HTTPField.Name, String)] = [], body: [UInt8] = []
  ) async throws -> Answer {
    var head = HTTPRequest(
      method: try #require(HTTPRequest.Method(method)), scheme: "http", authority: "store", path: path)
    for (name, value) in headers { head.headerFields[name] = value }
    let response = await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))))
    let text = Collected()
    try await response.body.write(Writer(collected: text))
    return Answer(status: response.status.code, headers: response.headers, text: text.text)
  }

  func put(_ json: String, _ query: String = "", _ headers: [(HTTPField.Name, String)] = []) async throws -> Answer {
    try await ask("PUT", "/store\(query)", [(.contentType, "application/json")] + headers, body: Array(json.utf8))
  }

  private final class Collected {
    var text = ""
  }

  private struct Writer: ResponseBodyWriter {
    let collected: Collected
    mutating func write(_ buffer: ByteBuffer) async throws { collected.text += String(buffer: buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
  }
}
