import HTTPTypes
import KeyValueStore
import Testing
import WallClock

@testable import StoreHTTP

/// Reads: without a body, with a condition, of what is pending, and after an operation.
@Suite("Reads")
struct ReadTests {
  private let server = TestServer()
  private static let entry = #"{"key":"k","value":"v"}"#

  // MARK: HEAD

  @Test(arguments: [
    "/store/k", "/store/k?read=linearizable", "/store/nowhere", "/store/k?x", "/store/%FF", "/store", "/store?limit=x",
    "/operations/there", "/operations/nowhere", "/health/live", "/health/ready", "/openapi.json", "/nowhere",
  ])
  func headIsAGETWithoutABody(_ path: String) async throws {
    _ = try await server.put(Self.entry, "", [(.idempotencyKey, "there")])
    let get = try await server.ask("GET", path)
    let head = try await server.ask("HEAD", path)
    #expect(head.status == get.status)
    #expect(head.headers == get.headers)
    #expect(head.headers[.contentLength] == "\(get.text.utf8.count)")
    #expect(head.text.isEmpty && !get.text.isEmpty)
  }

  /// Its numbers change from one request to the next.
  @Test func theMetricsHaveAHead() async throws {
    let head = try await server.ask("HEAD", "/metrics")
    #expect(head.status == 200 && head.text.isEmpty && head.headers[.contentType]?.hasPrefix("text/plain") == true)
  }

  // MARK: If-None-Match

  @Test(arguments: [
    ("\"1\"", 304), ("W/\"1\"", 304), ("*", 304), (" * ", 304), ("\"7\", \"1\"", 304), ("W/\"7\",\tW/\"1\" ", 304),
    ("\"2\"", 200), ("1", 200), ("\"\"", 200), ("\"1", 200), ("\"11\"", 200), ("w/\"1\"", 200), ("\"7\" \"1\"", 200),
    ("", 200), ("*, \"2\"", 200), ("\"a,\", \"1\"", 304),
  ])
  func aConditionalReadIsAnsweredByTheTag(_ condition: String, _ status: Int) async throws {
    _ = try await server.put(Self.entry, "", [(.idempotencyKey, "there")])
    for method in ["GET", "HEAD"] {
      let answer = try await server.ask(method, "/store/k", [(.ifNoneMatch, condition)])
      #expect(answer.status == status)
      #expect(answer.headers[.eTag] == "\"1\"" && answer.headers[.operationID] == "there")
      guard status == 304 else { continue }
      #expect(answer.text.isEmpty)
      #expect(answer.headers[.contentLength] == nil && answer.headers[.contentType] == nil)
    }
  }

  /// There is nothing that could be unchanged.
  @Test func whatIsDeletedIsNeverUnchanged() async throws {
    _ = try await server.put(Self.entry)
    _ = try await server.ask("DELETE", "/store/k")
    for path in ["/store/k", "/store/nowhere"] {
      #expect(try await server.ask("GET", path, [(.ifNoneMatch, "*")]).status == 404)
      #expect(try await server.ask("GET", path, [(.ifNoneMatch, "\"2\"")]).status == 404)
    }
  }

  // MARK: What is pending

  @Test func anAcknowledgedWriteIsReadBeforeItIsApplied() async throws {
    _ = try await server.put(#"{"key":"k","value":"old"}"#)
    server.store.weather = .slow
    let written = try await server.put(Self.entry)
    #expect(written.status == 200)
    let read = try await server.ask("GET", "/store/k")
    #expect(read.status == 200 && read.json["value"] as? String == "v")
    // It is no version, and says so.
    #expect(read.headers[.eTag] == nil && read.headers[.operationState] == "pending")
    #expect(read.headers[.operationID] == written.headers[.operationID])
    #expect(try await server.ask("GET", "/store/k", [(.ifNoneMatch, "\"1\"")]).status == 200)
    #expect(try await server.ask("GET", "/store/k", [(.ifNoneMatch, "*")]).status == 304)
    let table = try await server.ask("GET", "/store/k?read=linearizable")
    #expect(table.json["value"] as? String == "old" && table.headers[.operationState] == nil)
    #expect(try await server.ask("DELETE", "/store/k").status == 202)
    let deleted = try await server.ask("GET", "/store/k")
    #expect(deleted.status == 404 && deleted.headers[.eTag] == nil && deleted.headers[.operationState] == "pending")
  }

  /// The proxy says when it made an id; what a client made may have been sent before.
  @Test(arguments: [
    (nil, nil, true), ("o", nil, false), ("o", "now", true), ("o", "earlier", false), ("o", "1e300", false),
    ("o", "nan", false), ("o", "-1", false),
  ])
  func anIdOfUnknownAgeIsLookedUp(_ operation: String?, _ made: String?, _ isTrusted: Bool) async throws {
    server.store.weather = .slow
    let now = Double(wallClockMilliseconds()) / 1000
    let stamps = ["now": "\(now)", "earlier": "\(now - 60)"]
    let headers =
      (operation.map { [(HTTPField.Name.idempotencyKey, $0)] } ?? [])
      + (made.map { [(.operationMade, stamps[$0] ?? $0)] } ?? [])
    #expect(try await server.put(Self.entry, "", headers).status == 200)
    #expect(try await server.ask("GET", "/store/k").json["value"] as? String == "v")
    // Without the table only the age of the id can vouch for it.
    server.store.weather = .down
    #expect(try await server.ask("GET", "/store/k").status == (isTrusted ? 200 : 503))
  }

  // MARK: After an operation

  @Test func aReadComesAfterTheOperationThatItNames() async throws {
    _ = try await server.put(Self.entry, "", [(.idempotencyKey, "there")])
    for level in ["cache", "linearizable"] {
      let answer = try await server.ask("GET", "/store/k?after=there&read=\(level)")
      #expect(answer.status == 200 && answer.headers[.eTag] == "\"1\"")
    }
    let other = try await server.ask("GET", "/store/other?after=there")
    #expect(other.status == 422 && other.detail.contains("another key"))
  }

  @Test func aReadThatWaitsInVainIsRefused() async throws {
    server.store.weather = .slow
    _ = try await server.put(Self.entry, "", [(.idempotencyKey, "late")])
    let answer = try await server.ask("GET", "/store/k?after=late")
    #expect(answer.status == 503 && answer.headers[.retryAfter] == "1")
    #expect(answer.json["outcome"] as? String == "not-applied" && answer.detail.contains("not settled yet"))
  }
}
