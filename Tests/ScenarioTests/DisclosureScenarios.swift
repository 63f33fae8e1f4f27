import DockerEngine
import Foundation
import HTTPClient
import Polling
import Stack
import Testing

extension Scenarios {
  /// Nothing logs a value or a secret.
  @Suite(.serialized) struct DisclosureScenarios {
    @Test(.timeLimit(.minutes(5))) func noLogHasAValueOrASecret() async throws {
      let caller = try await StoreCaller()
      let since = Int64(Date().timeIntervalSince1970) - 1
      // Letters and digits only: nothing that a log may escape.
      let mark = "marked" + UUID().uuidString.replacing("-", with: "")
      let operations = (0..<6).map { _ in UUID().uuidString }
      let json = [("Content-Type", "application/json")]
      // Writes that go through, in every way; and bodies that are refused, whose problems are told.
      for (index, query) in ["", "?ack=queued", "?ack=committed"].enumerated() {
        let answer = try await caller.put("disclosure-\(index)", mark, query, [("Idempotency-Key", operations[index])])
        #expect(answer.status == 200)
        #expect(try await caller.send("GET", "/store/disclosure-\(index)?read=linearizable").status != 503)
      }
      let bad = [
        #"{"key":"disclosure-0","value":"\#(mark)""#, #"{"key":"disclosure-0","value":"\#(mark)","value":"\#(mark)"}"#,
        #"{"key":{"\#(mark)":1},"value":"\#(mark)"}"#,
      ]
      for (index, body) in bad.enumerated() {
        let headers = json + [("Idempotency-Key", operations[3 + index])]
        let answer = try await caller.send("PUT", "/store", headers, body: Array(body.utf8))
        #expect((400..<500).contains(answer.status) && !answer.text.contains(mark), "\(answer.text)")
      }
      let refused = try await caller.put(
        "disclosure-0", mark, "?ack=committed", [("If-Match", "\"999999999\"")])
      #expect(refused.status == 412 && !refused.text.contains(mark))
      // What a client shows as its own secret.
      _ = try await caller.send("GET", "/store/disclosure-0", [("Authorization", "Bearer \(mark)")])

      // NGINX writes its log up to a second late: it must have come before it can be judged.
      try await waitUntil("NGINX's log tells of the writes") {
        let text = try await caller.stack.engine.logs("\(Self.project)-nginx", sinceUnixSeconds: since)
        return operations.allSatisfy { text.contains($0) }
      }
      let secrets = try Self.secrets()
      #expect(secrets.count >= 6)
      for container in try await caller.stack.engine.containers() {
        // All of it: a secret may have been told at the start.
        let text = try await caller.stack.engine.logs(container.name)
        #expect(!text.contains(mark), "the log of \(container.name) has a value")
        for (name, secret) in secrets {
          #expect(!text.contains(secret), "the log of \(container.name) has \(name)")
        }
      }
      for index in 0..<3 { _ = try await caller.send("DELETE", "/store/disclosure-\(index)?ack=committed") }
    }

    private static let project = ProcessInfo.processInfo.environment["KVCHAOS_PROJECT"] ?? "kvchaos"

    /// Every password, cookie and token of this stack by its name.
    private static func secrets() throws -> [(name: String, secret: String)] {
      let text = try String(contentsOfFile: "\(Laboratory.home)/compose/secrets.env", encoding: .utf8)
      return text.split(separator: "\n").compactMap { line in
        let halves = line.split(separator: "=", maxSplits: 1).map(String.init)
        guard halves.count == 2, halves[1].count >= 8,
          ["PASSWORD", "COOKIE", "TOKEN"].contains(where: { halves[0].hasSuffix($0) })
        else { return nil }
        return (halves[0], halves[1])
      }
    }

    private func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
      let isMet = try await Poll.until(.now + .seconds(20), every: .milliseconds(200), condition) { $0 }
      if !isMet { Issue.record("not within 20 s: \(what)") }
    }
  }
}
