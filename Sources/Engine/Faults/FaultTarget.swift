/// The node that a fault strikes, as it was resolved.
public struct FaultTarget: Sendable, Hashable, Codable {
  /// The node's name in the stack, e.g. `redis-1`.
  public var node: String
  /// The container's full name, e.g. `kvchaos-redis-1`: what the runtime is called with, so that an undo still finds
  /// the node when its container was recreated.
  public var container: String

  public init(node: String, container: String) {
    self.node = node
    self.container = container
  }
}
