import Foundation
import HTTPClient
import Stack
import Testing

extension Scenarios {
  /// Conditional writes on the real stack: a compare-and-set on the version.
  @Suite(.serialized) struct ConditionalScenarios {
    private static let committed = "?ack=committed"

    @Test(.timeLimit(.minutes(5))) func theFirstOutcomeIsTheOnlyOne() async throws {
      let caller = try await StoreCaller()
      let (key, early, first) = (UUID().uuidString, UUID().uuidString, UUID().uuidString)
      func put(_ operation: String, _ version: Int) async throws -> HTTPResponse {
        try await caller.put(
          key, operation, Self.committed, [("Idempotency-Key", operation), ("If-Match", "\"\(version)\"")])
      }
      let absent = try await caller.put(key, "v", Self.committed, [("If-Match", "\"1\"")])
      #expect(absent.status == 412 && absent.header("ETag") == nil && absent.isRefusal, "\(absent.text)")
      #expect(try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")]).header("ETag") == "\"1\"")
      let again = try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")])
      #expect(again.status == 412 && again.header("ETag") == "\"1\"", "\(again.text)")
      #expect(try await put(early, 2).status == 412)
      #expect(try await put(first, 1).header("ETag") == "\"2\"")
      // The retries: of what was refused, though its condition holds by now, and of what was applied.
      let refused = try await put(early, 2)
      #expect(refused.status == 412 && refused.header("ETag") == "\"1\"", "\(refused.text)")
      #expect(try await put(first, 1).header("ETag") == "\"2\"")
      #expect(try await caller.send("GET", "/operations/\(early)").json["applied"] as? Bool == false)
      #expect(try await caller.send("GET", "/operations/\(first)").json["applied"] as? Bool == true)
      let path = "/store/\(key)?ack=committed"
      #expect(try await caller.send("DELETE", path, [("If-Match", "\"1\"")]).status == 412)
      #expect(try await caller.send("DELETE", path, [("If-Match", "\"2\"")]).status == 200)
      // A deleted key is absent, and its version goes on.
      #expect(try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")]).header("ETag") == "\"4\"")
    }

    /// The same id for another write, at whichever API: refused where its commit is waited for, and without effect in
    /// any case. What a client library repeats is answered as before.
    @Test(.timeLimit(.minutes(5))) func anIdIsForOneWrite() async throws {
      let caller = try await StoreCaller()
      let (key, other, id) = (UUID().uuidString, UUID().uuidString, UUID().uuidString)
      let header = ("Idempotency-Key", id)
      #expect(try await caller.put(key, "v", Self.committed, [header]).header("ETag") == "\"1\"")
      for _ in 0..<6 {
        for (key, value) in [(key, "w"), (other, "v")] {
          let answer = try await caller.put(key, value, Self.committed, [header])
          #expect(answer.status == 422 && answer.isRefusal, "\(answer.text)")
          #expect(try await caller.put(key, value, "", [header]).status == 200)
        }
        let conditional = try await caller.put(key, "v", Self.committed, [header, ("If-Match", "\"1\"")])
        #expect(conditional.status == 422 && conditional.isRefusal, "\(conditional.text)")
        #expect(try await caller.send("DELETE", "/store/\(key)\(Self.committed)", [header]).status == 422)
        #expect(try await caller.put(key, "v", Self.committed, [header]).header("ETag") == "\"1\"")
      }
      // Behind what was queued in vain.
      for key in [key, other] { _ = try await caller.put(key, "last", Self.committed, [("If-Match", "\"7\"")]) }
      let read = try await caller.send("GET", "/store/\(key)?read=linearizable")
      #expect(read.json["value"] as? String == "v" && read.header("ETag") == "\"1\"", "\(read.text)")
      #expect(try await caller.send("GET", "/store/\(other)?read=linearizable").status == 404)
    }

    @Test(.timeLimit(.minutes(5))) func conditionalPutsAreLinearizable() async throws {
      let race = try await SwapRace(try await StoreCaller(), keys: 2)
      await withTaskGroup(of: Void.self) { group in
        for client in 1...6 { group.addTask { await race.run(client: client, rounds: 20) } }
      }
      // A race without a loser would have tested nothing.
      #expect(race.swaps > 0 && race.refusals > 0 && race.unanswered == 0)
      try await race.judge()
    }

    /// The same, while the SQL leader is killed and another takes over: swaps whose answer was lost took effect once or
    /// never.
    @Test(.timeLimit(.minutes(5))) func conditionalPutsAreLinearizableWhileTheSQLLeaderDies() async throws {
      let store = try await StoreUnderTest()
      let leader = try #require(await leader(store))
      let race = try await SwapRace(try await StoreCaller(), keys: 2)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 1...6 { group.addTask { await race.run(client: client) } }
        group.addTask {
          defer { race.end() }
          #expect(try await store.holds(within: .seconds(30)) { race.swaps >= 20 })
          try await store.withKilled([leader]) {
            let isReplaced = try await store.holds(within: .seconds(60)) {
              let now = try await self.leader(store)
              return now != nil && now?.name != leader.name
            }
            #expect(isReplaced)
            let swaps = race.swaps
            #expect(try await store.holds(within: .seconds(40)) { race.swaps >= swaps + 20 })
          }
        }
        try await group.waitForAll()
      }
      #expect(race.refusals > 0)
      // CockroachDB's lease moves within an API's own patience: no client need be left in doubt.
      if try await store.stack.status().flavour == .patroni { #expect(race.settled > 0) }
      try await race.judge()
    }

    private func leader(_ store: StoreUnderTest) async throws -> StackNode? {
      try await store.stack.status().nodes.first { $0.tier == .sql && $0.roles.contains(.leader) }
    }
  }
}
