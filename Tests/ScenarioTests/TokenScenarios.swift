import Foundation
import HTTPClient
import Stack
import Testing

extension Scenarios {
  /// A bearer token on the API, as the stack's setting turns it on.
  @Suite(.serialized) struct Tokens {
    @Test(.timeLimit(.minutes(5))) func aTokenIsWantedWhereItIsSet() async throws {
      let store = try await StoreUnderTest()
      let token = "token-\(UUID().uuidString)"
      let since = Int64(Date().timeIntervalSince1970) - 1
      // What Compose finds in the environment goes before the file of secrets.
      let environment = ["KV_API_TOKEN": token, "KVCHAOS_TOKEN": token]
      do {
        let up = try await RunningProcess(["up"], environment: environment).ending()
        #expect(up.status == 0, "\(up)")
        try await expectWanted(token, store)
        try await expectUsed(environment, token, store)
        for container in try await store.stack.engine.containers() {
          let text = try await store.stack.engine.logs(container.name, sinceUnixSeconds: since)
          #expect(!text.contains(token), "the log of \(container.name)")
        }
      } catch {
        try await putBack()
        throw error
      }
      try await putBack()
      #expect(try await store.put("after", "v", ack: "committed").status == 200)
    }

    private func putBack() async throws {
      let up = try await RunningProcess(["up"]).ending()
      #expect(up.status == 0, "\(up)")
    }

    /// A client without the token gets 401 from everything but health and the description; a client with it is served.
    private func expectWanted(_ token: String, _ store: StoreUnderTest) async throws {
      let http = HTTPClient()
      defer { http.shutdown() }
      let url = try await store.stack.storeURL()
      func send(_ method: String, _ path: String, _ shown: String?) async throws -> HTTPResponse {
        let body = method == "PUT" ? Array(#"{"key":"\#(store.prefix)-k","value":"v"}"#.utf8) : nil
        let headers = [("Content-Type", "application/json")] + (shown.map { [("Authorization", $0)] } ?? [])
        return try await http.send(HTTPRequest(method: method, url: url + path, headers: headers, body: body))
      }
      let key = "/store/\(store.prefix)-k"
      let closed = [
        ("PUT", "/store?ack=committed"), ("GET", key), ("DELETE", key), ("GET", "/store?limit=1"),
        ("GET", "/operations/x"), ("GET", "/metrics"),
      ]
      for (method, path) in closed {
        for shown in [nil, "Bearer \(token.dropLast())", "Bearer \(token)x", "Basic \(token)"] {
          let answer = try await send(method, path, shown)
          #expect(answer.status == 401 && answer.isRefusal, "\(method) \(path): \(answer.status)")
          #expect(answer.header("WWW-Authenticate")?.hasPrefix("Bearer realm=") == true)
        }
      }
      for path in ["/health/live", "/health/ready", "/openapi.json", "/swagger-ui/index.html"] {
        #expect(try await send("GET", path, nil).status == 200, "\(path)")
      }
      for (method, path, status) in [
        ("PUT", "/store?ack=committed", 200), ("GET", key, 200), ("GET", "/metrics", 200), ("DELETE", key, 202),
      ] {
        #expect(try await send(method, path, "Bearer \(token)").status == status, "\(method) \(path)")
      }
      let api = try #require(await store.stack.status().nodes.first { $0.tier == .api })
      let metrics = try await store.exec(api.container, ["kv-api", "metrics"], mustSucceed: true)
      #expect(metrics.contains("kv_http_requests"))
    }

    /// `kvchaos` shows it, and neither what it prints nor its files have it.
    private func expectUsed(_ environment: [String: String], _ token: String, _ store: StoreUnderTest) async throws {
      let results = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: results) }
      let plan = results.appending(path: "token.yml").path()
      try """
      name: token
      description: Is a store that wants a token served as any other?
      workload: { kind: register, clients: 2, keys: 4, rate: 20/s }
      steady-state: { before: 1s, after: 1s }
      faults: []

      """.write(toFile: plan, atomically: true, encoding: .utf8)
      for arguments in [
        ["load", "--users", "4", "--ramp", "1s", "--loops", "5", "--output", results.appending(path: "load").path()],
        ["run", plan, "--results", results.path()],
      ] {
        let ending = try await RunningProcess(arguments, environment: environment).ending()
        #expect(ending.status == 0 && !ending.text.contains(token), "\(ending)")
      }
      let files = FileManager.default.enumerator(at: results, includingPropertiesForKeys: nil)
      var read = 0
      while let file = files?.nextObject() as? URL {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
        read += 1
        #expect(!text.contains(token), "\(file.lastPathComponent)")
      }
      #expect(read > 5)
    }
  }
}
