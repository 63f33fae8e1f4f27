import HTTPTypes
import KeyValueStore
import Testing

@testable import StoreHTTP

@Suite("The answers of the store")
struct ResponderTests {
  private let server = TestServer()

  @Test func aWriteIsReadAndDeleted() async throws {
    let written = try await server.put(#"{"key":"k","value":"v"}"#, "?ack=committed")
    #expect(written.status == 200 && written.headers[.eTag] == "\"1\"")
    let read = try await server.ask("GET", "/store/k?read=linearizable")
    #expect(read.status == 200 && read.json["value"] as? String == "v" && read.headers[.eTag] == "\"1\"")
    #expect(try await server.ask("DELETE", "/store/k").status == 202)
    let deleted = try await server.ask("GET", "/store/k")
    #expect(deleted.status == 404 && deleted.headers[.eTag] == "\"2\"")
    #expect(try await server.ask("DELETE", "/store/k?ack=committed").status == 200)
  }

  @Test(arguments: [
    ("POST", "/store", "GET, HEAD, PUT"), ("PATCH", "/store/k", "GET, HEAD, DELETE"),
    ("PUT", "/store/k", "GET, HEAD, DELETE"), ("DELETE", "/operations/o", "GET, HEAD"),
    ("POST", "/health/live", "GET, HEAD"), ("PUT", "/openapi.json", "GET, HEAD"),
  ])
  func otherMethodsAreNamed(_ method: String, _ path: String, _ allowed: String) async throws {
    let answer = try await server.ask(method, path)
    #expect(answer.status == 405 && answer.headers[.allow] == allowed)
  }

  @Test(arguments: [
    ("PUT", "/store?akc=committed", "did you mean ack?"), ("DELETE", "/store/k?read=cache", "there is ack."),
    ("GET", "/store/k?ack=queued", "there is read, after."),
    ("GET", "/store/k?after=", "1 to 128 printable"), ("GET", "/store/k?after=a%20b", "1 to 128 printable"),
    ("GET", "/store?perfix=a", "did you mean prefix?"),
    ("GET", "/operations/o?x=1", "takes none"), ("GET", "/health/live?x", "takes none"),
    ("GET", "/store/k?read=stale", "must be one of"), ("GET", "/store?limit=0", "from 1 to 1000"),
  ])
  func strictParameters(_ method: String, _ path: String, _ hint: String) async throws {
    let answer = try await server.ask(method, path, [(.contentType, "application/json")], body: Array("{}".utf8))
    #expect(answer.status == 400)
    #expect(answer.detail.contains(hint), "\(answer.detail)")
    #expect(answer.headers[.contentType] == "application/problem+json")
    #expect(answer.json["outcome"] as? String == "not-applied")
  }

  @Test(arguments: [
    ("application/json", 200), ("application/json; charset=UTF-8", 200), ("APPLICATION/JSON", 200), ("text/plain", 415),
    ("application/json; charset=latin1", 415), ("", 415), ("application/json-patch+json", 415),
  ])
  func mediaTypes(_ type: String, _ status: Int) async throws {
    let answer = try await server.ask(
      "PUT", "/store", [(.contentType, type)], body: Array(#"{"key":"k","value":"v"}"#.utf8))
    #expect(answer.status == status)
  }

  @Test func aCompressedBodyIsRefused() async throws {
    #expect(try await server.put(#"{"key":"k","value":"v"}"#, "", [(.contentEncoding, "gzip")]).status == 415)
  }

  // MARK: pages

  @Test func pagesHaveEveryKeyOnce() async throws {
    let keys = ["a", "a/1", "b", "c", "é", "🐘"]
    for key in keys { _ = try await server.put(#"{"key":"\#(key)","value":"v"}"#) }
    _ = try await server.ask("DELETE", "/store/b")
    var seen: [String] = []
    var after = ""
    while true {
      let escaped = Array(after.utf8).map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      let page = try await server.ask("GET", "/store?limit=2&after=\(escaped)")
      seen += page.json["keys"] as? [String] ?? []
      guard let next = page.json["next"] as? String else { break }
      after = next
    }
    #expect(seen == keys.filter { $0 != "b" })
    #expect(try await server.ask("GET", "/store?prefix=a").json["keys"] as? [String] == ["a", "a/1"])
    #expect(try await server.ask("GET", "/store?prefix=\(String(repeating: "k", count: 513))").status == 400)
  }

  // MARK: conditions

  @Test func aConditionalWriteIsACompareAndSet() async throws {
    func put(_ value: String, _ name: HTTPField.Name, _ condition: String) async throws -> TestServer.Answer {
      try await server.put(#"{"key":"k","value":"\#(value)"}"#, "?ack=committed", [(name, condition)])
    }
    #expect(try await put("0", .ifMatch, "\"1\"").status == 412)
    #expect(try await put("1", .ifNoneMatch, "*").status == 200)
    let second = try await put("2", .ifNoneMatch, "*")
    #expect(second.status == 412 && second.headers[.eTag] == "\"1\"")
    #expect(second.json["outcome"] as? String == "not-applied")
    #expect(try await put("2", .ifMatch, "\"1\"").headers[.eTag] == "\"2\"")
    #expect(try await put("3", .ifMatch, "\"1\"").headers[.eTag] == "\"2\"")
    #expect(try await server.ask("GET", "/store/k").json["value"] as? String == "2")
    #expect(try await server.ask("DELETE", "/store/k?ack=committed", [(.ifMatch, "\"1\"")]).status == 412)
    #expect(try await server.ask("DELETE", "/store/k?ack=committed", [(.ifMatch, "\"2\"")]).status == 200)
  }

  /// The first outcome is the only one: a retry of what was refused is refused though its condition holds by now, and a
  /// retry of what was applied is answered as applied though its condition holds no more.
  @Test func aRetryGetsTheFirstOutcome() async throws {
    func put(_ operation: String, _ version: Int) async throws -> TestServer.Answer {
      try await server.put(
        #"{"key":"k","value":"v"}"#, "?ack=committed", [(.idempotencyKey, operation), (.ifMatch, "\"\(version)\"")])
    }
    _ = try await server.put(#"{"key":"k","value":"v"}"#)
    #expect(try await put("early", 2).status == 412)
    #expect(try await put("first", 1).headers[.eTag] == "\"2\"")
    #expect(try await put("early", 2).status == 412)
    #expect(try await put("first", 1).headers[.eTag] == "\"2\"")
    let record = try await server.ask("GET", "/operations/early").json
    #expect(record["applied"] as? Bool == false && record["version"] as? Int == 1)
    #expect(try await server.ask("GET", "/operations/first").json["applied"] as? Bool == true)
  }

  /// The same id for another write: refused where the commit is waited for, without effect where it is only queued. The
  /// very same write is a retry, whatever it waits for.
  @Test func anIdIsForOneWrite() async throws {
    func put(_ body: String, _ query: String, _ headers: [(HTTPField.Name, String)] = []) async throws
      -> TestServer.Answer
    {
      try await server.put(body, query, [(.idempotencyKey, "id")] + headers)
    }
    let first = #"{"key":"k","value":"v"}"#
    #expect(try await put(first, "?ack=committed").headers[.eTag] == "\"1\"")
    let others: [(String, [(HTTPField.Name, String)])] = [
      (#"{"key":"k","value":"w"}"#, []), (#"{"key":"l","value":"v"}"#, []), (first, [(.ifMatch, "\"1\"")]),
    ]
    for (body, headers) in others {
      let answer = try await put(body, "?ack=committed", headers)
      #expect(answer.status == 422 && answer.detail.contains("another write"), "\(body) \(answer.text)")
      #expect(answer.json["outcome"] as? String == "not-applied")
    }
    let deleted = try await server.ask("DELETE", "/store/k?ack=committed", [(.idempotencyKey, "id")])
    #expect(deleted.status == 422)
    #expect(try await put(#"{"key":"k","value":"w"}"#, "").status == 200)
    for query in ["?ack=committed", ""] { #expect(try await put(first, query).status == 200) }
    #expect(try await put(#"{"value":"v","key":"k"}"#, "?ack=committed").headers[.eTag] == "\"1\"")
    let read = try await server.ask("GET", "/store/k?read=linearizable")
    #expect(read.json["value"] as? String == "v" && read.headers[.eTag] == "\"1\"")
    #expect(try await server.ask("GET", "/store/l?read=linearizable").status == 404)
  }

  @Test(
    arguments: [
      ("", [(HTTPField.Name.ifMatch, "\"1\"")], "ack=committed"),
      ("?ack=queued", [(.ifNoneMatch, "*")], "ack=committed"),
      ("?ack=committed", [(.ifMatch, "1")], "with its quotes"), ("?ack=committed", [(.ifMatch, "\"\"")], "quotes"),
      ("?ack=committed", [(.ifMatch, "W/\"1\"")], "quotes"), ("?ack=committed", [(.ifMatch, "*")], "quotes"),
      ("?ack=committed", [(.ifMatch, "\"1\", \"2\"")], "quotes"), ("?ack=committed", [(.ifMatch, "\"0\"")], "quotes"),
      ("?ack=committed", [(.ifMatch, "\"99999999999999999999\"")], "quotes"),
      ("?ack=committed", [(.ifNoneMatch, "\"1\"")], "must be *"),
      ("?ack=committed", [(.ifNoneMatch, "*"), (.ifMatch, "\"1\"")], "combined"),
    ] as [(String, [(HTTPField.Name, String)], String)])
  func noConditionIsIgnored(_ query: String, _ headers: [(HTTPField.Name, String)], _ hint: String) async throws {
    let put = try await server.put(#"{"key":"k","value":"v"}"#, query, headers)
    #expect(put.status == 400 && put.detail.contains(hint), "\(put.detail)")
    #expect(try await server.ask("DELETE", "/store/k\(query)", headers).status == 400)
    #expect(try await server.ask("GET", "/store/k").status == 404)
  }

  // MARK: the token

  @Test(arguments: [
    ("/store/k", nil, 401), ("/store/k", "Bearer wrong", 401), ("/store/k", "Bearer s3cre", 401),
    ("/store/k", "Bearer s3crets", 401), ("/store/k", "Basic s3cret", 401), ("/store/k", "Bearer ", 401),
    ("/store/k", "Bearer s3cret", 404), ("/store/k", "bearer s3cret", 404), ("/metrics", nil, 401),
    ("/nowhere", nil, 401),
    ("/store/%zz", nil, 401), ("/store/%zz", "Bearer s3cret", 400), ("/health/live", nil, 200),
    ("/health/ready", nil, 200), ("/openapi.json", nil, 200),
  ])
  func theTokenOpens(_ path: String, _ shown: String?, _ status: Int) async throws {
    let server = TestServer(token: "s3cret")
    let answer = try await server.ask("GET", path, shown.map { [(.authorization, $0)] } ?? [])
    #expect(answer.status == status)
    if status == 401 {
      #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer realm=") == true)
      #expect(answer.headers[.contentType] == "application/problem+json")
    }
    #expect(!answer.text.contains("s3cret"))
  }

  @Test func nothingIsWrittenWithoutTheToken() async throws {
    let server = TestServer(token: "s3cret")
    #expect(try await server.put(#"{"key":"k","value":"v"}"#, "?ack=committed").status == 401)
    #expect(try await server.ask("GET", "/store/k", [(.authorization, "Bearer s3cret")]).status == 404)
    #expect("\(BearerToken("s3cret"))" == "a bearer token")
  }
}
