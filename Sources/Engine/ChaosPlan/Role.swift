/// The current role of a node: resolved when a fault strikes, never written into a plan as a container name.
public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
  /// A Redis node that owns slots.
  case master
  /// A Redis node that follows a master.
  case replica
  /// The node that leads: the RabbitMQ node with the most command-queue leaders, the SQL primary (Patroni) or the node
  /// that holds the leases of the store's entries (CockroachDB), the etcd leader.
  case leader
  /// A node of a replicated tier that does not lead.
  case follower
  /// A worker that is the single active consumer of at least one command queue.
  case activeConsumer = "active-consumer"
  /// A running node in no special role: an API, a proxy, a worker without a queue.
  case member
}
