/// How a partition divides a tier, and what goes with it.
public struct PartitionSettings: Sendable, Hashable {
  public var shape: PartitionShape
  /// Nodes that have this role when it strikes are the first to go to the minority; `nil`: the minority is drawn.
  public var minority: Role?
  /// Tiers whose nodes are divided along, in halves: each reaches its own side of all divided tiers, and no other. The
  /// rest of the stack reaches both sides; so does NGINX, the one door of the clients.
  public var with: [Tier]

  public init(_ shape: PartitionShape, minority: Role? = nil, with: [Tier] = []) {
    self.shape = shape
    self.minority = minority
    self.with = with
  }
}
