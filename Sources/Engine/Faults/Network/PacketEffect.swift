/// What happens to packets between a container and its peers.
public enum PacketEffect: Sendable, Hashable {
  /// The percentage (1...100) that is dropped, drawn for each.
  case drop(percent: Int)
  /// The percentage (1...100) of TCP packets that is answered with a reset to the sender.
  case reset(percent: Int)
  /// What leaves is late; the order stays.
  case delay(Duration, jitter: Duration)
  /// At most this many bits a second leave.
  case throttle(bitsPerSecond: Int)
  /// Questions to name servers are dropped, those to Docker's own included.
  case dropNameQueries
}

/// Which packets are affected, as seen from the target: the words in plans.
public enum PacketDirection: String, Sendable, Hashable, CaseIterable {
  case both
  /// What arrives at the target.
  case inbound = "in"
  /// What leaves the target.
  case outbound = "out"

  var chains: [RuleTable.Chain] {
    switch self {
    case .both: [.input, .output]
    case .inbound: [.input]
    case .outbound: [.output]
    }
  }
}

/// The peers whose packets with a container are affected.
public enum PacketPeers: Sendable, Hashable {
  /// All addresses in the container's network except the host's, which is the source of traffic through published
  /// ports. This includes containers that are added later.
  case everyone
  /// The addresses, as they were when the fault struck.
  case addresses([String])
}
