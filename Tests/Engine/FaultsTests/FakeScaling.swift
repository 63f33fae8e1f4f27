import Faults
import Synchronization

/// Tiers in memory.
final class FakeScaling: TierScaling {
  private let counts: Mutex<[String: Int]>
  private let isDeaf: Bool

  /// - Parameter isDeaf: orders are taken without a word, and nothing changes.
  init(_ counts: [String: Int], isDeaf: Bool = false) {
    self.counts = Mutex(counts)
    self.isDeaf = isDeaf
  }

  func runningCount(ofTier tier: String) async throws -> Int { counts.withLock { $0[tier] ?? 0 } }

  func scale(tier: String, to count: Int) async throws {
    if !isDeaf { counts.withLock { $0[tier] = count } }
  }
}
