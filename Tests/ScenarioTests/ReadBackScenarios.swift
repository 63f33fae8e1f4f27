import Foundation
import Stack
import Testing

extension Scenarios {
  /// Whoever has the answer of a write reads it: `scripts/read-back`, clients in Python of their own, asks.
  @Suite(.serialized) struct ReadBack {
    /// What the script counted.
    struct Counts: Decodable {
      var requests: Int
      var acknowledged: Int
      var notAcknowledged: Int
      var reads: Int
      var misses: Int
      var pending: Int
      var unanswered: Int
      var readsAfter: Int
      var missesAfter: Int
      var unansweredAfter: Int
      var examples: [String]
    }

    /// The script at work.
    private struct Script {
      private let process = Process()
      private let folder = FileManager.default.temporaryDirectory.appending(path: "read-back-\(UUID().uuidString)")

      init(_ store: StoreUnderTest, _ arguments: [String]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in ["out", "err"] {
          _ = FileManager.default.createFile(atPath: folder.appending(path: file).path(), contents: nil)
        }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
          ["python3", "\(Laboratory.home)/scripts/read-back", "--url", store.url] + arguments
        process.standardOutput = try FileHandle(forWritingTo: folder.appending(path: "out"))
        process.standardError = try FileHandle(forWritingTo: folder.appending(path: "err"))
        try process.run()
      }

      private func text(_ file: String) -> String {
        (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
      }

      /// Whether it has said that it is under way.
      var isUnderWay: Bool { text("err").contains(" requests") }

      func counts(_ store: StoreUnderTest) async throws -> Counts {
        defer { try? FileManager.default.removeItem(at: folder) }
        let hasEnded = try await store.holds(within: .seconds(240)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        #expect(hasEnded, "\(text("err"))")
        return try JSONDecoder().decode(Counts.self, from: Data(text("out").utf8))
      }
    }

    /// 100 users, 20,000 requests: not one plain read misses what was acknowledged before it.
    @Test(.timeLimit(.minutes(6))) func everyAcknowledgedWriteIsRead() async throws {
      let store = try await StoreUnderTest()
      let counts = try await Script(store, []).counts(store)
      #expect(counts.requests >= 20_000 && counts.reads == counts.acknowledged)
      // A busy machine may refuse some.
      #expect(counts.notAcknowledged < counts.acknowledged / 20, "\(counts)")
      #expect(counts.misses == 0 && counts.unanswered == 0, "\(counts.examples)")
      // Else it was the table that was fast, and nothing was tried. A third to a half of the reads find their write
      // pending; the others find it applied.
      #expect(counts.pending > counts.reads / 10)
    }

    /// The same with large values, which are many packets on their way into the cache.
    @Test(.timeLimit(.minutes(6))) func largeValuesAreReadToo() async throws {
      let store = try await StoreUnderTest()
      let counts = try await Script(store, ["--users", "10", "--requests", "1000", "--bytes", "200000"]).counts(store)
      #expect(counts.misses == 0 && counts.unanswered == 0, "\(counts.examples)")
    }

    /// A Redis master dies meanwhile, with all that it showed: who names the operation still reads it.
    @Test(.timeLimit(.minutes(8))) func aReadThatNamesItsOperationMissesNothing() async throws {
      let store = try await StoreUnderTest()
      let masters = try await store.stack.status().nodes.filter { $0.tier == .redis && $0.roles.contains(.master) }
      let master = try #require(masters.first)
      let script = try Script(store, ["--read", "plain", "--read", "after", "--progress", "3000"])
      let isUnderWay = try await store.holds(within: .seconds(60)) { script.isUnderWay }
      #expect(isUnderWay)
      let counts = try await store.withKilled([master]) { try await script.counts(store) }
      print("plain reads under the kill of a Redis master: \(counts.misses) of \(counts.reads) missed their write")
      #expect(counts.requests >= 20_000 && counts.readsAfter == counts.acknowledged)
      #expect(counts.missesAfter == 0 && counts.unansweredAfter == 0, "\(counts.examples)")
      // A plain read misses only what was more than 500 ms on its way into the table when the master died: on a quiet
      // machine nothing at all, on a busy one little.
      #expect(counts.misses <= counts.reads / 100 && counts.unanswered == 0, "\(counts.examples)")
      #expect(try await store.recovers())
    }

    /// It waits for an operation that is not settled, and says when it waited in vain.
    @Test(.timeLimit(.minutes(5))) func aReadWaitsForWhatItNames() async throws {
      let store = try await StoreUnderTest()
      let vain = try await store.get("k", after: "\(store.prefix)-never")
      #expect(vain.status == 503 && vain.response.header("Retry-After") != nil)
      #expect(vain.time > .seconds(4) && vain.time < .seconds(8))
      for number in 0..<50 {
        let written = try await store.put("k\(number % 5)", "v\(number)")
        let operation = try #require(written.response.header("X-Operation-Id"))
        for read in ["cache", "linearizable"] {
          let answer = try await store.get("k\(number % 5)", read: read, after: operation)
          #expect(answer.status == 200 && answer.response.text.contains("\"v\(number)\""), "\(answer.response.text)")
          // Settled: it has a version.
          #expect(answer.response.header("ETag") != nil && answer.response.header("X-Operation-State") == nil)
        }
      }
    }

    /// An id that a client sends again, long after it was applied and replaced, does not bring its value back.
    @Test(.timeLimit(.minutes(5))) func aRetryBringsNothingBack() async throws {
      let store = try await StoreUnderTest()
      let operation = "\(store.prefix)-old"
      #expect(try await store.put("k", "old", ack: "committed", operation: operation).status == 200)
      #expect(try await store.put("k", "new", ack: "committed").status == 200)
      for _ in 0..<100 {
        #expect(try await store.put("k", "old", operation: operation).status == 200)
        let read = try await store.get("k")
        #expect(read.response.text.contains("new"), "\(read.response.text)")
      }
    }
  }
}
