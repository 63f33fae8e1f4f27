import KeyValueStore
import SQLClient

/// Lets requests that come while a query is under way share the next one.
///
/// A request joins only a query that starts after it came, so a shared read is as fresh as its own would have been.
actor Batcher<Request: Hashable & Sendable, Answer: Sendable> {
  typealias Query = @Sendable ([Request], ContinuousClock.Instant) async throws(SQLError) -> [Request: Answer]

  private struct Waiter {
    let request: Request
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Result<Answer?, TableUnavailable>, Never>
  }

  private static var requestMaximum: Int { 512 }
  private static var waitingMaximum: Int { 8192 }

  private let concurrency: Int
  private let query: Query
  private var waiting: [Waiter] = []
  private var running = 0

  init(concurrency: Int, query: @escaping Query) {
    self.concurrency = concurrency
    self.query = query
  }

  /// The answer, nil where the query's result has none. Throws `TableUnavailable`.
  func submit(_ request: Request, timeout: Duration) async throws(TableUnavailable) -> Answer? {
    guard waiting.count < Self.waitingMaximum else { throw TableUnavailable("too many reads wait") }
    let deadline = ContinuousClock.now + timeout
    let result = await withCheckedContinuation { continuation in
      waiting.append(Waiter(request: request, deadline: deadline, continuation: continuation))
      startIfPossible()
    }
    return try result.get()
  }

  private func startIfPossible() {
    guard running < concurrency, !waiting.isEmpty else { return }
    running += 1
    let batch = Array(waiting.prefix(Self.requestMaximum))
    waiting.removeFirst(batch.count)
    Task { await run(batch) }
  }

  private func run(_ batch: [Waiter]) async {
    let requests = Array(Set(batch.map(\.request)))
    // The first deadline counts for all: who has more time was not waiting long.
    let deadline = batch.map(\.deadline).min() ?? .now
    do {
      let answers = try await query(requests, deadline)
      for waiter in batch { waiter.continuation.resume(returning: .success(answers[waiter.request])) }
    } catch {
      for waiter in batch { waiter.continuation.resume(returning: .failure(TableUnavailable(error.description))) }
    }
    running -= 1
    startIfPossible()
  }
}
