/// What a fault does to the network of its targets.
public struct NetworkAction: Sendable, Hashable {
  public var effect: NetworkEffect
  /// The peers whose traffic is affected.
  public var peers: NetworkPeers
  public var direction: NetworkDirection

  public init(effect: NetworkEffect, peers: NetworkPeers = .everyone, direction: NetworkDirection = .both) {
    self.effect = effect
    self.peers = peers
    self.direction = direction
  }

  /// The word in plans.
  public var kind: FaultAction.Kind {
    switch effect {
    case .isolate: .isolate
    case .partition: .partition
    case .loss: .loss
    case .reset: .reset
    case .latency: .latency
    case .bandwidth: .bandwidth
    case .nameResolution: .dnsFailure
    }
  }
}

/// What happens to the packets.
public enum NetworkEffect: Sendable, Hashable {
  /// None gets through.
  case isolate
  /// None gets through between the sides of a tier.
  case partition(PartitionSettings)
  /// The percentage (1...99) of packets that is lost, drawn for each packet and each direction.
  case loss(percent: Int)
  /// The percentage (1...100) of TCP packets that resets its connection.
  case reset(percent: Int)
  /// Each packet that leaves the target is late by `delay`, give or take `jitter`; their order stays.
  case latency(delay: Duration, jitter: Duration)
  /// How many bits a second leave the target; what does not fit waits, and beyond a router's buffer is lost.
  case bandwidth(bitsPerSecond: Int)
  /// Questions to the name server are not answered.
  case nameResolution
}

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

  public init?(word: String) {
    switch word {
    case "everyone": self = .everyone
    case "own-tier": self = .ownTier
    default:
      guard let tier = Tier(rawValue: word) else { return nil }
      self = .tier(tier)
    }
  }

  /// Every word, for the message about a wrong one.
  public static let words = ["everyone", "own-tier"] + Tier.allCases.map(\.rawValue)
}

/// Which packets are affected, as seen from the target.
public enum NetworkDirection: String, Sendable, Hashable, CaseIterable, Codable {
  case both
  /// What arrives at the target.
  case inbound = "in"
  /// What leaves the target.
  case outbound = "out"
}
