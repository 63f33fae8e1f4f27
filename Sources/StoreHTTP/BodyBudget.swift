import Synchronization

/// How many bytes the bodies of all requests under way may have together. A value is in memory several times on its way
/// to the brokers, so this is what bounds an API's memory, whatever clients send and however slow the brokers are.
final class BodyBudget: Sendable {
  private let maximumBytes: Int
  private let used = Mutex(0)

  /// - Parameter maximumBytes: room for ten of the largest bodies, and for tens of thousands of usual ones.
  init(maximumBytes: Int = 64 << 20) { self.maximumBytes = maximumBytes }

  /// Bytes that are taken.
  var usedBytes: Int { used.withLock { $0 } }

  fileprivate func take(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard bytes <= maximumBytes - used else { return false }
      used += bytes
      return true
    }
  }

  fileprivate func give(_ bytes: Int) { used.withLock { $0 -= bytes } }

  /// What one request has taken; given back when the request is over.
  struct Share: ~Copyable {
    private let budget: BodyBudget
    private var bytes = 0

    init(of budget: BodyBudget) { self.budget = budget }

    /// Reserves this many bytes for the request. False if the budget is exhausted.
    mutating func reach(_ bytes: Int) -> Bool {
      guard bytes > self.bytes else { return true }
      guard budget.take(bytes - self.bytes) else { return false }
      self.bytes = bytes
      return true
    }

    deinit { budget.give(bytes) }
  }
}
