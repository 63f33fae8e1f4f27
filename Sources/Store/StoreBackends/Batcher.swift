import KeyValueStore
import SQLClient

/// Lets requests that arrive during a query share the next query.
///
/// A request joins only a query that starts after it arrived, so a shared read is as fresh as a separate one. Every
/// request gets an answer by its deadline: a query has the earliest deadline of its requests, and requests with notably
/// more time then query again.
actor Batcher<Request: Hashable & Sendable, Answer: Sendable> {
  typealias Query = @Sendable ([Request], ContinuousClock.Instant) async throws(SQLError) -> [Request: Answer]

  private struct Waiter {
    let request: Request
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Result<Answer?, TableUnavailable>, Never>
  }

  private static var requestMaximum: Int { 512 }
  /// A request with at least this much more time than the first one queries again.
  private static var notable: Duration { .milliseconds(250) }

  private let concurrency: Int
  private let waitingMaximum: Int
  private let query: Query
  private var waiting: [Waiter] = []
  private var running = 0
  /// Requests accepted so far.
  private(set) var admittedCount = 0

  /// - Parameter waitingMaximum: requests that may wait for the next query; one more is refused at once.
  init(concurrency: Int, waitingMaximum: Int = 4096, query: @escaping Query) {
    self.concurrency = concurrency
    self.waitingMaximum = waitingMaximum
    self.query = query
  }

  /// The answer, nil where the query's result has none. Throws `TableUnavailable`.
  func submit(_ request: Request, timeout: Duration) async throws(TableUnavailable) -> Answer? {
    guard waiting.count < waitingMaximum else { throw TableUnavailable("too many reads wait") }
    admittedCount += 1
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
    let first = batch.map(\.deadline).min() ?? .now
    do {
      let answers = try await query(requests, first)
      for waiter in batch { waiter.continuation.resume(returning: .success(answers[waiter.request])) }
    } catch {
      let unavailable = TableUnavailable(error.description)
      let patience = error.effect == .none ? nil : first + Self.notable
      let others = batch.filter { waiter in patience.map { waiter.deadline > $0 } ?? false }
      for waiter in batch where patience.map({ waiter.deadline <= $0 }) ?? true {
        waiter.continuation.resume(returning: .failure(unavailable))
      }
      waiting.insert(contentsOf: others, at: 0)
    }
    running -= 1
    startIfPossible()
  }
}
