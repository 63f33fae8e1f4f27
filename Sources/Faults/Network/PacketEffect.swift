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

/// Which packets suffer, as the container sees them.
public enum PacketDirection: Sendable, Hashable {
  case both, inbound, outbound

  var chains: [RuleTable.Chain] {
    switch self {
    case .both: [.input, .output]
    case .inbound: [.input]
    case .outbound: [.output]
    }
  }
}

/// With whom a container's packets suffer.
public enum PacketPeers: Sendable, Hashable {
  /// Everybody in the container's network but the host, whose address the traffic of published ports has. Containers
  /// that come later are among them, too.
  case everyone
  /// The addresses, as they were when the fault struck.
  case addresses([String])
}
