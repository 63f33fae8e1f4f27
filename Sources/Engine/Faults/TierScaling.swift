/// How many containers a tier has, and another number of them: a narrow port, implemented by `Stack` on Docker Compose.
public protocol TierScaling: Sendable {
  /// How many containers of the tier run now.
  func runningCount(ofTier tier: String) async throws -> Int
  /// Scales the tier to this many containers, all of them healthy. Those that go finish what they have in hand.
  func scale(tier: String, to count: Int) async throws
}
