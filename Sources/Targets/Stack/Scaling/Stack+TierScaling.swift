import Faults

extension Stack: TierScaling {
  public func runningCount(ofTier tier: String) async throws -> Int { try await runningCount(Self.scalable(tier)) }

  public func scale(tier: String, to count: Int) async throws {
    guard (1...Self.scaleLimit).contains(count) else {
      throw StackError(
        code: .internalFault, message: "a tier has from 1 to \(Self.scaleLimit) containers, not \(count)")
    }
    try await scale(Self.scalable(tier), to: count)
  }

  private static func scalable(_ name: String) throws(StackError) -> ScalableTier {
    guard let tier = ScalableTier(rawValue: name) else {
      throw StackError(code: .internalFault, message: "the tier \(name) cannot be scaled")
    }
    return tier
  }
}
