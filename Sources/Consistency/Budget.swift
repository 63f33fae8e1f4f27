import Dispatch
import History
import Synchronization

/// The time and memory that the searches of one check share, and whether they are used up.
final class Budget: Sendable {
  enum Exhausted: String, Sendable {
    case time = "the time limit was reached"
    case memory = "the memory limit was reached"
  }

  /// What is used of either limit; the rest is kept back for coming to an end: the report, and giving memory back.
  private static let usableShare = 0.95

  private let deadline: ContinuousClock.Instant?
  private let memoryLimitBytes: Int?

  init(timeout: Duration? = nil, memoryLimitBytes: Int? = nil, since start: ContinuousClock.Instant = .now) {
    deadline = timeout.map { start + $0 * Self.usableShare }
    self.memoryLimitBytes = memoryLimitBytes
  }

  /// What reading may take of this.
  var readingLimits: ReadingLimits {
    ReadingLimits(deadline: deadline, memoryBytes: memoryLimitBytes) { bytes in
      guard let limit = self.usableBytes else { return true }
      return ProcessMemory.residentBytes + bytes < limit
    }
  }

  private var usableBytes: Int? { memoryLimitBytes.map { Int(Double($0) * Self.usableShare) } }

  /// A smaller budget that ends no later than another.
  init(within other: Budget, timeout: Duration) {
    let own = ContinuousClock.now + timeout
    deadline = other.deadline.map { min($0, own) } ?? own
    memoryLimitBytes = other.memoryLimitBytes
  }

  /// Works until it is done, or until the time is up and it has not noticed: sorting millions of operations does not
  /// look at a clock. What is not done by then goes on in the background to its next look, and the caller does not wait
  /// for it.
  ///
  /// - Returns: what came of the work; `nil` when it was not waited for.
  func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result? {
    guard let deadline else { return work() }
    let isDone = DispatchSemaphore(value: 0)
    let result = Mutex<Result?>(nil)
    DispatchQueue.global(qos: .userInitiated).async {
      let value = work()
      result.withLock { $0 = value }
      isDone.signal()
    }
    let left = max(0, (deadline - .now) / .nanoseconds(1)) + Self.grace
    _ = isDone.wait(timeout: .now() + .nanoseconds(Int(min(left, 1e18))))
    return result.withLock { $0 }
  }

  /// Nanoseconds after the deadline in which a search that looks at the clock has long ended by itself.
  private static let grace = 1e7

  /// What is used up, if anything is. Cheap enough for every few hundred steps of a search.
  ///
  /// - Parameter reserving: bytes that are about to be needed besides.
  func exhausted(reserving bytes: Int = 0) -> Exhausted? {
    if let deadline, ContinuousClock.now >= deadline { return .time }
    if let usableBytes, ProcessMemory.residentBytes + bytes >= usableBytes { return .memory }
    return nil
  }
}
