import HTTPTypes
import Synchronization
import Testing

@testable import StoreHTTP

/// Large bodies are refused before they cost the API its memory.
@Suite struct BodyBudgetTests {
  private static let entry = #"{"key":"k","value":"v"}"#

  @Test func aShareIsGivenBackAtItsEnd() {
    let budget = BodyBudget(maximumBytes: 10)
    do {
      var one = BodyBudget.Share(of: budget)
      #expect(one.reach(4) && one.reach(2) && one.reach(6))
      var other = BodyBudget.Share(of: budget)
      #expect(!other.reach(5) && other.reach(4))
      #expect(budget.usedBytes == 10)
    }
    #expect(budget.usedBytes == 0)
  }

  /// By its length where that is told, else as it comes.
  @Test(arguments: [true, false]) func whatDoesNotFitIsRefused(_ isLengthTold: Bool) async throws {
    let budget = BodyBudget(maximumBytes: Self.entry.utf8.count)
    let server = TestServer(bodies: budget)
    func put(_ body: String) async throws -> TestServer.Answer {
      try await server.put(body, "", isLengthTold ? [(.contentLength, "\(body.utf8.count)")] : [])
    }
    #expect(try await put(Self.entry).status == 200)
    #expect(budget.usedBytes == 0)
    let refused = try await put(Self.entry + " ")
    #expect(refused.status == 503 && refused.headers[.retryAfter] == "1")
    #expect(refused.json["outcome"] as? String == "not-applied")
    #expect(try await put(Self.entry).status == 200)
  }

  /// A write that waits for the brokers keeps its share.
  @Test func aWriteKeepsItsShareUntilItsAnswer() async throws {
    let budget = BodyBudget(maximumBytes: Self.entry.utf8.count)
    let server = TestServer(bodies: budget)
    // Tried again and again until its time is over.
    server.store.weather = .down
    let isAnswered = Mutex(false)
    async let waiting = {
      defer { isAnswered.withLock { $0 = true } }
      return try await server.put(Self.entry)
    }()
    while budget.usedBytes == 0, !isAnswered.withLock({ $0 }) { await Task.yield() }
    #expect(try await server.put(Self.entry).detail.contains("too many large values"))
    #expect(try await waiting.detail.contains("down"))
    #expect(budget.usedBytes == 0)
  }
}
