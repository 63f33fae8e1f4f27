import Dispatch
import Synchronization

/// Work on independent parts on all cores.
enum Parallel {
  /// Calls `body` for each of 0..<count, on several threads.
  ///
  /// - Parameter body: takes the index, and how many its thread has had before.
  static func run(count: Int, threads: Int, _ body: @Sendable (_ index: Int, _ seen: Int) -> Void) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      var seen = 0
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index, seen)
        seen += 1
      }
    }
  }
}
