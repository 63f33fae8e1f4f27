/// The peers whose traffic with a target is affected.
public enum NetworkPeers: Sendable, Hashable {
  /// Every container of the stack. The host is not one of them: published ports still answer.
  case everyone
  /// The other nodes of the target's own tier.
  case ownTier
  /// The nodes of one tier.
  case tier(Tier)

  /// The word in plans.
  public var word: String {
    switch self {
    case .everyone: "everyone"
    case .ownTier: "own-tier"
    case .tier(let tier): tier.rawValue
    }
  }

  /// - Parameter word: one of `words`.
  public init(word: String) {
    switch word {
    case "everyone": self = .everyone
    case "own-tier": self = .ownTier
    default: self = .tier(Tier(rawValue: word))
    }
  }

  /// Every word that a plan for a target may use.
  static func words(in target: PlanTarget) -> [String] { ["everyone", "own-tier"] + target.tierWords }
}
