/// What a run draws random numbers for. Each purpose has a sequence of its own, so that one that draws more numbers
/// does not change what another one draws from the same seed.
public enum RandomStream: Sendable, Hashable {
  /// The operations of a client.
  case operations(client: Int)
  /// When a client begins, and how long it waits after an error.
  case pauses(client: Int)
  /// When each fault of a plan strikes.
  case schedule
  /// The nodes that a fault of the schedule strikes.
  case targets(strike: Int)
  /// The shape of its partition, which must not depend on how the nodes were drawn.
  case partition(strike: Int)
  /// The sides of a CAP cell's partition. Its clients draw their operations elsewhere, in their containers.
  case cellSides
  /// The nodes that a CAP cell's fault strikes.
  case cellTargets

  /// Fixed for good: a seed that an old build printed must replay in a new one.
  var number: UInt64 {
    switch self {
    case .operations(let client): UInt64(client)
    case .pauses(let client): UInt64(client) | 1 << 32
    case .schedule: 1 << 41
    case .targets(let strike): UInt64(strike) | 1 << 40
    case .partition(let strike): UInt64(strike) | 1 << 40 | 1 << 41
    case .cellSides: 1
    case .cellTargets: 2
    }
  }
}
