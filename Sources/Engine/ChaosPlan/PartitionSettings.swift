import Faults

/// How a partition divides a tier and other tiers with it.
public struct PartitionSettings: Sendable, Hashable {
  public var shape: PartitionShape
  /// Nodes that have this role when it strikes are the first to go to the minority; `nil`: the minority is drawn.
  public var minority: Role?
  /// Tiers whose nodes are divided too, in halves: each node reaches only its own side of all divided tiers. The rest
  /// of the stack reaches both sides; so does NGINX, the clients' only entry point.
  public var with: [Tier]

  public init(_ shape: PartitionShape, minority: Role? = nil, with: [Tier] = []) {
    self.shape = shape
    self.minority = minority
    self.with = with
  }

  /// `nil`: the action is no partition.
  public init?(_ action: FaultAction) {
    guard action.definition.hasSides, let shape = PartitionShape(rawValue: action.settings[.shape].text) else {
      return nil
    }
    self.init(
      shape, minority: action.settings.value(of: .minority).map { Role(rawValue: $0.text) },
      with: action.settings.value(of: .with)?.words.map { Tier(rawValue: $0) } ?? [])
  }
}
