import KeyValueStore
import SQLClient
import Synchronization
import Testing

@testable import StoreBackends

@Suite("Reads that share a query", .timeLimit(.minutes(10)))
struct BatcherTests {
  /// Queries that end when a test says so.
  private final class Queries: Sendable {
    typealias Answer = Result<[Int: Int], SQLError>
    let state = Mutex<(asked: [[Int]], waiting: [CheckedContinuation<Answer, Never>])>(([], []))

    func ask(_ requests: [Int]) async throws(SQLError) -> [Int: Int] {
      let answer: Answer = await withCheckedContinuation { continuation in
        state.withLock { state in
          state.asked.append(requests.sorted())
          state.waiting.append(continuation)
        }
      }
      return try answer.get()
    }

    func answer(_ answer: Answer) { state.withLock { $0.waiting.removeFirst() }.resume(returning: answer) }

    func hasAsked(_ count: Int) async {
      while state.withLock({ $0.asked.count }) < count { await Task.yield() }
    }
  }

  private let queries = Queries()

  private func batcher(waitingMaximum: Int = 100) -> Batcher<Int, Int> {
    let queries = queries
    return Batcher(concurrency: 1, waitingMaximum: waitingMaximum) { requests, _ throws(SQLError) in
      try await queries.ask(requests)
    }
  }

  /// Starts reads whose requests have reached the batcher when it returns.
  private func submit(
    _ batcher: Batcher<Int, Int>, _ requests: [Int], timeout: Duration = .seconds(60)
  ) async -> [Task<Result<Int?, TableUnavailable>, Never>] {
    var tasks: [Task<Result<Int?, TableUnavailable>, Never>] = []
    for request in requests {
      let before = await batcher.admittedCount
      tasks.append(
        Task {
          do throws(TableUnavailable) {
            return .success(try await batcher.submit(request, timeout: timeout))
          } catch {
            return .failure(error)
          }
        })
      while await batcher.admittedCount == before { await Task.yield() }
    }
    return tasks
  }

  @Test func whatComesDuringAQuerySharesTheNext() async {
    let batcher = batcher()
    let first = await submit(batcher, [1])
    await queries.hasAsked(1)
    let others = await submit(batcher, [2, 3, 3])
    queries.answer(.success([1: 10]))
    await queries.hasAsked(2)
    queries.answer(.success([2: 20]))
    #expect(await first[0].value == .success(10))
    #expect(await others[0].value == .success(20))
    // No answer is an answer: absent.
    #expect(await others[2].value == .success(nil))
    #expect(queries.state.withLock { $0.asked } == [[1], [2, 3]])
  }

  /// A query that ends with the time of its first request is no answer to those that have more.
  @Test func whoHasTimeLeftAsksAgain() async {
    let batcher = batcher()
    let blocker = await submit(batcher, [0])
    await queries.hasAsked(1)
    let hasty = await submit(batcher, [1], timeout: .milliseconds(1))
    let patient = await submit(batcher, [2])
    queries.answer(.success([:]))
    await queries.hasAsked(2)
    queries.answer(.failure(SQLError(.noneRetryable, "late")))
    await queries.hasAsked(3)
    queries.answer(.success([2: 20]))
    #expect(await blocker[0].value == .success(nil))
    guard case .failure = await hasty[0].value else {
      Issue.record("a late read was answered")
      return
    }
    #expect(await patient[0].value == .success(20))
    #expect(queries.state.withLock { $0.asked } == [[0], [1, 2], [2]])
  }

  @Test func anErrorThatStaysIsAnAnswerToAll() async {
    let batcher = batcher()
    let blocker = await submit(batcher, [0])
    await queries.hasAsked(1)
    let hasty = await submit(batcher, [1], timeout: .milliseconds(1))
    let patient = await submit(batcher, [2])
    queries.answer(.success([:]))
    await queries.hasAsked(2)
    queries.answer(.failure(SQLError(.none, "no such table")))
    _ = await blocker[0].value
    for task in hasty + patient {
      guard case .failure = await task.value else {
        Issue.record("a refused read was answered")
        continue
      }
    }
  }

  @Test func oneTooManyIsRefusedAtOnce() async {
    let batcher = batcher(waitingMaximum: 2)
    let first = await submit(batcher, [1])
    await queries.hasAsked(1)
    let waiting = await submit(batcher, [2, 3])
    await #expect(throws: TableUnavailable.self) { try await batcher.submit(4, timeout: .seconds(60)) }
    queries.answer(.success([:]))
    await queries.hasAsked(2)
    queries.answer(.success([:]))
    for task in first + waiting { #expect(await task.value == .success(nil)) }
  }
}
