import Dispatch
import Synchronization

/// Work on independent parts on all cores.
enum Parallel {
  /// Calls `body` for 0..<count on several threads and merges what the threads return.
  ///
  /// - Parameter body: takes a way to get the next index and works until there is none.
  static func map<Result: Sendable>(
    count: Int, threads: Int, _ body: @Sendable (_ next: () -> Int?) -> Result
  ) -> [Result] {
    let next = Atomic<Int>(0)
    let results = Mutex<[Result]>([])
    let take: @Sendable () -> Int? = {
      let index = next.add(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }
    if threads <= 1 || count <= 1 { return [body(take)] }
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      let result = body(take)
      results.withLock { $0.append(result) }
    }
    return results.withLock { $0 }
  }
}
