import Synchronization

/// The maximum total size of the bodies of all requests in flight. A value is in memory several times on its way to the
/// brokers, so this bounds an API's memory, regardless of what clients send and how slow the brokers are.
final class BodyBudget: Sendable {
  private let maximumBytes: Int
  private let used = Mutex(0)

  /// - Parameter maximumBytes: room for ten of the largest bodies, and for tens of thousands of usual ones.
  init(maximumBytes: Int = 64 << 20) { self.maximumBytes = maximumBytes }

  /// Reserved bytes.
  var usedBytes: Int { used.withLock { $0 } }

  fileprivate func take(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard bytes <= maximumBytes - used else { return false }
      used += bytes
      return true
    }
  }

  fileprivate func give(_ bytes: Int) { used.withLock { $0 -= bytes } }

  /// The reservation of one request; released when the request is over.
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
