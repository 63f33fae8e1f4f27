/// The time and memory that the searches of one check share, and whether they are used up.
final class Budget: Sendable {
  enum Exhausted: String, Sendable {
    case time = "the time limit was reached"
    case memory = "the memory limit was reached"
  }

  private let deadline: ContinuousClock.Instant?
  private let memoryLimitBytes: Int?

  init(timeout: Duration? = nil, memoryLimitBytes: Int? = nil, since start: ContinuousClock.Instant = .now) {
    deadline = timeout.map { start + $0 }
    self.memoryLimitBytes = memoryLimitBytes
  }

  /// A smaller budget that ends no later than another.
  init(within other: Budget, timeout: Duration) {
    let own = ContinuousClock.now + timeout
    deadline = other.deadline.map { min($0, own) } ?? own
    memoryLimitBytes = other.memoryLimitBytes
  }

  var hasDeadline: Bool { deadline != nil }

  /// What is used up, if anything is. Cheap enough for every few hundred steps of a search.
  ///
  /// - Parameter reserving: bytes that are about to be needed besides.
  func exhausted(reserving bytes: Int = 0) -> Exhausted? {
    if let deadline, ContinuousClock.now >= deadline { return .time }
    if let memoryLimitBytes, ProcessMemory.residentBytes + bytes >= memoryLimitBytes / 100 * 95 {
      return .memory
    }
    return nil
  }
}
