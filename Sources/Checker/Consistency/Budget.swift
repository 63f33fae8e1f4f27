import Dispatch
import History
import Synchronization

/// The time and memory that the searches of one check share, and whether they are used up.
final class Budget: Sendable {
  enum Exhausted: String, Sendable {
    case time = "the time limit was reached"
    case memory = "the memory limit was reached"
  }

  /// The share of both limits that the checks may use; the rest is reserved for finishing: the report, and releasing
  /// memory.
  private static let usableShare = 0.95

  private let deadline: ContinuousClock.Instant?
  private let memoryLimitBytes: Int?

  init(timeout: Duration? = nil, memoryLimitBytes: Int? = nil, since start: ContinuousClock.Instant = .now) {
    deadline = timeout.map { start + $0 * Self.usableShare }
    self.memoryLimitBytes = memoryLimitBytes
  }

  /// The budget for reading.
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

  /// Runs the work until it is done, or until the time is up and the work has not noticed: sorting millions of
  /// operations does not check a clock. Unfinished work then continues in the background until its next check, and the
  /// caller does not wait for it.
  ///
  /// - Returns: the result of the work; `nil` if it did not finish in time.
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

  /// The limit that is exhausted, if any. Cheap enough for every few hundred steps of a search.
  ///
  /// - Parameter reserving: bytes that are about to be needed besides.
  func exhausted(reserving bytes: Int = 0) -> Exhausted? {
    if let deadline, ContinuousClock.now >= deadline { return .time }
    if let usableBytes, ProcessMemory.residentBytes + bytes >= usableBytes { return .memory }
    return nil
  }
}
