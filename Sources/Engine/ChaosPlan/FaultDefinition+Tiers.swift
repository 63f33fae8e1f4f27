import Faults

extension FaultDefinition {
  /// The tiers whose nodes it can strike.
  public func targetTiers(in target: PlanTarget) -> [Tier] {
    target.tiers.map(\.tier).filter { tiers.contains($0.rawValue) }
  }

  /// Why it cannot strike a tier, in a sentence; `nil` if it can.
  func refusal(of tier: Tier, in target: PlanTarget) -> String? {
    guard !tiers.contains(tier.rawValue) else { return nil }
    let known = targetTiers(in: target).map { "`\($0.rawValue)`" }.joined(separator: ", ")
    let reason = tiers.reason(against: tier.rawValue).map { ": \($0)" } ?? ""
    return "`\(name)` cannot target `\(tier.rawValue)`; it supports \(known)\(reason)"
  }
}
