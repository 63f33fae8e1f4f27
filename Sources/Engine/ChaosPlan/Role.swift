/// The current role of a node: resolved when a fault strikes, never written into a plan as a container name. A tier's
/// technology says which roles its nodes can have, and what gives a node one of them.
public struct Role: RawRepresentable, Sendable, Hashable, Codable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// A node that takes writes, of several that share the keys or of one.
  public static let master = Role(rawValue: "master")
  /// A node that follows a master.
  public static let replica = Role(rawValue: "replica")
  /// The node that leads.
  public static let leader = Role(rawValue: "leader")
  /// A node of a replicated tier that does not lead.
  public static let follower = Role(rawValue: "follower")
  /// A consumer that is the single active one of at least one queue.
  public static let activeConsumer = Role(rawValue: "active-consumer")
  /// A running node in no special role: an API, a proxy, a worker without a queue.
  public static let member = Role(rawValue: "member")
}
