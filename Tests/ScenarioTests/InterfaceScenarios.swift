import Foundation
import HTTPClient
import Testing
import Workload

extension Scenarios {
  /// The HTTP interface through NGINX, as a client meets it: its limits, bad input, slow clients.
  @Suite(.serialized) struct InterfaceScenarios {
    /// One for all: they harm nothing, and each `up` would ask the whole stack whether it is there.
    private static let caller = Task { try await StoreCaller() }

    static let keys = [
      "a/b", "/a", "a/", "//", "a//b///c", "/", "100%", "%2F", "%", "a+b", "+", "a b", " ", "a?b=c&d", "#a", "a#b",
      "a;b=c",
      "\"quoted\"\\", "é", "e\u{301}", "🐘", "中文", "\u{1}\n\t\u{7f}", "\u{FFFD}", "\u{10FFFF}", "a/../b", "a/./b", "...",
      ".a", "a.", "a/..", "store/a", "../".replacingOccurrences(of: "../", with: "x/../"), "<script>", "{key}", "~-._",
      String(repeating: "k", count: 512), String(repeating: "🐘", count: 128), String(repeating: "/", count: 512),
    ]

    @Test(.timeLimit(.minutes(5))) func everyKeyIsReadBackAsItWasWritten() async throws {
      let caller = try await Self.caller.value
      let run = UUID().uuidString
      // All are written before any is read, so that two keys that become one on the way are seen.
      for (index, key) in Self.keys.enumerated() {
        #expect(try await caller.put(key, "\(run) \(index)").status == 200, "PUT of \(key.debugDescription)")
      }
      for (index, key) in Self.keys.enumerated() {
        for read in ["linearizable", "cache"] {
          let answer = try await caller.send("GET", "/store/\(StoreCaller.escaped(key))?read=\(read)")
          #expect(answer.json["value"] as? String == "\(run) \(index)", "\(read) GET of \(key.debugDescription)")
        }
        let page = try await caller.send("GET", "/store?limit=1&prefix=\(StoreCaller.escaped(key))")
        #expect((page.json["keys"] as? [String])?.first.map { Array($0.utf8) } == Array(key.utf8))
      }
      for key in Self.keys {
        let path = "/store/\(StoreCaller.escaped(key))"
        #expect(try await caller.send("DELETE", "\(path)?ack=committed").status == 200)
        #expect(try await caller.send("GET", "\(path)?read=linearizable").status == 404)
      }
    }

    /// What could be written but never read or deleted again is not written.
    @Test(.timeLimit(.minutes(5)), arguments: ["\u{0}", "a\u{0}b", ".", "..", "../x", "../../x", "a/../../x", "./.."])
    func keysThatNoAddressCanNameAreRefused(_ key: String) async throws {
      let caller = try await Self.caller.value
      let answer = try await caller.put(key, "v")
      #expect(answer.status == 422 && answer.isRefusal, "\(answer.text)")
    }

    /// Raw targets, of which some never get past NGINX: every answer has the store's own form.
    @Test(
      .timeLimit(.minutes(5)),
      arguments: [
        ("/store/%00", 400), ("/store/..%2F..%2Fx", 400), ("/store/../../etc/passwd", 400), ("/store/%zz", 400),
        ("/store/%", 400), ("/store/a%FF", 422), ("/store/", 422), ("/store/a/%2e%2e/%2e%2e/b", 422),
        ("/store/../health/live", 422), ("/store/../-/gateway", 404), ("/-/gateway", 404), ("/nowhere", 404),
        ("//store", 404), ("/swagger-ui/nothing", 404), ("/swagger-ui/", 200), ("/store?akc=committed", 400),
        ("/store?limit=1&limit=2", 400), ("/store?limit=%zz", 400),
        ("/store/" + String(repeating: "k", count: 513), 422), ("/store/" + String(repeating: "k", count: 70_000), 414),
      ])
    func addressesThatAreNone(_ target: String, _ status: Int) async throws {
      let caller = try await Self.caller.value
      let token = StoreToken.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      let request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(token)\r\n"
      let answer = await RawClient.exchange(port: caller.port, Array(request.utf8))
      #expect(answer.status == status, "\(answer.text.prefix(600))")
      if status >= 400 {
        #expect(answer.text.contains("Content-Type: application/problem+json"), "\(answer.text.prefix(600))")
        #expect(answer.text.contains("\"outcome\":\"not-applied\""))
      }
    }

    /// A page elsewhere whose name was made to lead here is not served (DNS rebinding).
    @Test(
      .timeLimit(.minutes(5)),
      arguments: [
        ("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200), ("LOCALHOST:8000", 200), ("nginx", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("127.0.0.1.evil.example:8000", 421),
      ]) func onlyOurOwnNamesAreServed(_ host: String, _ status: Int) async throws
    {
      let caller = try await Self.caller.value
      for path in ["/health/live", "/openapi.json", "/swagger-ui/"] {
        let request = "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
        let answer = await RawClient.exchange(port: caller.port, Array(request.utf8))
        #expect(answer.status == status, "\(answer.text.prefix(400))")
      }
    }

    @Test(.timeLimit(.minutes(5))) func bytesOutsideUTF8AndOversizeHeadsAreRefused() async throws {
      let caller = try await Self.caller.value
      let end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      let token = StoreToken.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      let raw = Array("GET /store/a".utf8) + [0xFF] + Array("\(end)\(token)\r\n".utf8)
      let accent = Array("GET /store/é-raw\(end)\(token)\r\n".utf8)
      for request in [raw, accent] {
        let answer = await RawClient.exchange(port: caller.port, request)
        #expect(answer.status == 400 && answer.text.contains("application/problem+json"), "\(answer.text.prefix(400))")
      }
      let long = "GET /store/a\(end)X-Long: \(String(repeating: "x", count: 70_000))\r\n\r\n"
      let answer = await RawClient.exchange(port: caller.port, Array(long.utf8))
      #expect(answer.status == 431 && answer.text.contains("application/problem+json"), "\(answer.text.prefix(400))")
      let garbage = await RawClient.exchange(port: caller.port, Array("\u{16}\u{3}\u{1} hello\r\n\r\n".utf8))
      #expect(garbage.status == 400, "\(garbage.text.prefix(400))")
    }

    @Test(
      .timeLimit(.minutes(5)),
      arguments: [
        ("{", 400), ("", 400), ("[]", 422), (#"{"key":"interface-bad"}"#, 422),
        (#"{"key":"interface-bad","value":"v","value":"w"}"#, 422), (#"{"key":"interface-bad","value":"\ud800"}"#, 422),
        (#"{"key":"interface-bad","vlaue":"v"}"#, 422), ("\u{FEFF}{\"key\":\"interface-bad\",\"value\":\"v\"}", 400),
      ])
    func bodiesThatAreNone(_ body: String, _ status: Int) async throws {
      let caller = try await Self.caller.value
      let answer = try await caller.send(
        "PUT", "/store", [("Content-Type", "application/json")], body: Array(body.utf8))
      #expect(answer.status == status && answer.isRefusal, "\(answer.text)")
      #expect(try await caller.send("GET", "/store/interface-bad?read=linearizable").status == 404)
    }

    @Test(.timeLimit(.minutes(5))) func valuesUpToTheirLimitAndNoMore() async throws {
      let caller = try await Self.caller.value
      let json = [("Content-Type", "application/json")]
      let mebibyte = 1 << 20
      // The longest body that is legal: every byte of the value escaped, six for one.
      let escaped =
        Array(#"{"key":"interface-large","value":""#.utf8)
        + Array(repeatElement(Array(#"\u0001"#.utf8), count: mebibyte).joined()) + Array(#""}"#.utf8)
      let written = try await caller.send("PUT", "/store?ack=committed", json, body: escaped)
      #expect(written.status == 200)
      let read = try await caller.send("GET", "/store/interface-large?read=linearizable")
      #expect((read.json["value"] as? String)?.utf8.count == mebibyte)
      let over = Array(#"{"key":"interface-large","value":"\#(String(repeating: "v", count: mebibyte + 1))"}"#.utf8)
      let refused = try await caller.send("PUT", "/store?ack=committed", json, body: over)
      #expect(refused.status == 413 && refused.isRefusal, "\(refused.text)")
      // More than NGINX takes at all.
      let huge = try await caller.send("PUT", "/store", json, body: [UInt8](repeating: 0x20, count: 8 << 20))
      #expect(huge.status == 413 && huge.isRefusal, "\(huge.text)")
      let same = try await caller.send("GET", "/store/interface-large?read=linearizable")
      #expect(same.header("ETag") == read.header("ETag"))
      #expect(try await caller.send("DELETE", "/store/interface-large?ack=committed").status == 200)
    }

    @Test(.timeLimit(.minutes(5))) func aBodyInChunksIsRead() async throws {
      let caller = try await Self.caller.value
      let token = StoreToken.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      let head =
        "PUT /store?ack=committed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\(token)"
        + "Transfer-Encoding: chunked\r\n\r\n"
      let chunks = [#"{"key":"interface-chunks","#, #""value":"v"}"#].map {
        "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n"
      }
      let answer = await RawClient.exchange(port: caller.port, Array((head + chunks.joined() + "0\r\n\r\n").utf8))
      #expect(answer.status == 200, "\(answer.text)")
    }

    /// Clients that begin and do not go on cost a connection of NGINX each until their time is over, and nothing else:
    /// the store answers others meanwhile, and nothing of theirs is applied.
    @Test(.timeLimit(.minutes(5))) func slowClientsHoldUpNobody() async throws {
      let caller = try await Self.caller.value
      let port = caller.port
      let token = StoreToken.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      let operation = UUID().uuidString
      let head =
        "PUT /store HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: \(operation)\r\n\(token)"
      let body = #"{"key":"interface-slow","value":"v"}"#
      let beginnings = [
        "", "PUT /st", head, "\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body.dropLast())",
        "\(head)Transfer-Encoding: chunked\r\n\r\n4\r\n{\"ke\r\n",
      ]
      let ends = await withTaskGroup(of: (open: Int, seconds: Double).self) { group in
        group.addTask {
          await RawClient.onThread {
            let clients = (0..<200).compactMap { index -> RawClient? in
              let client = RawClient(port: port, seconds: 20)
              client?.send(beginnings[index % beginnings.count])
              return client
            }
            let start = ContinuousClock.now
            let ended = clients.count { $0.readToEnd().isClosed }
            return (200 - ended, (ContinuousClock.now - start) / .seconds(1))
          }
        }
        var slowest = 0.0
        for index in 0..<50 {
          let start = ContinuousClock.now
          let status = try? await caller.put("interface-meanwhile", "\(index)").status
          #expect(status == 200)
          slowest = max(slowest, (ContinuousClock.now - start) / .seconds(1))
        }
        // They may wait for each other, never for a slow client's time-out.
        #expect(slowest < 8)
        return await group.next() ?? (200, 0)
      }
      #expect(ends.open == 0, "\(ends.open) of 200 connections were still open after \(ends.seconds) s")
      #expect(try await caller.send("GET", "/operations/\(operation)").status == 404)
      #expect(try await caller.send("GET", "/store/interface-slow?read=linearizable").status == 404)
    }
  }
}
