import Endpoints

/// How to reach the cluster, and how long it may take.
public struct RedisOptions: Sendable, Hashable {
  /// Any nodes of the cluster; the others are learnt from them.
  public var nodes: [HostPort]
  /// The ACL user; `nil` is the default user.
  public var user: String?
  public var password: String?
  public var connectTimeoutMilliseconds = 200
  public var commandTimeoutMilliseconds = 200
  /// After a failure a node is not tried for this long, so that not every request pays for it; doubled with every
  /// further failure up to the maximum.
  public var openCircuitMilliseconds = 250
  public var openCircuitMaximumMilliseconds = 2000
  /// Commands that may wait for one node.
  public var waitingMaximum = 2048

  public init(nodes: [HostPort], user: String? = nil, password: String? = nil) {
    precondition(!nodes.isEmpty, "a Redis client needs at least one node")
    self.nodes = nodes
    self.user = user
    self.password = password
  }
}
