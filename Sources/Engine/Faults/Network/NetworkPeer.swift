/// A node that a network fault is measured by.
public struct NetworkPeer: Sendable, Hashable {
  /// The container's full name.
  public var container: String
  /// Its address in the stack's network when the fault was ordered.
  public var address: String
  /// A TCP port that it listens on; `nil` where none is known.
  public var port: Int?

  public init(container: String, address: String, port: Int? = nil) {
    self.container = container
    self.address = address
    self.port = port
  }
}
