import ChaosPlan

/// Redis Cluster: masters own slots of keys, and replicas follow them.
package struct RedisCluster: Technology {
  package static let name = "redis-cluster"
  package static let roles = [TierRole(.master, .half), TierRole(.replica, .half)]
  package static let keyOwner: Role? = .master
  /// They vote for a failover.
  package static let voter: Role? = .master

  /// The name of the secret.
  private let password: String?

  package init(_ settings: MappingReader) {
    password = settings.secret("password")
  }

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    // Ask three nodes, because one of them may be a master that was deposed and does not know it yet.
    let environment = environment(port)
    let views = await port.answers(port.running(tier).prefix(3)) { node in
      await port.output(of: ["redis-cli", "CLUSTER", "NODES"], environment: environment, in: node)
        .flatMap { RedisTopology(clusterNodes: $0) }
    }
    return RedisTopology.newest(of: views)?.roles(names: port.names(tier)) ?? [:]
  }

  /// Of `redis-cli`.
  func environment(_ port: any NodePort) -> [String] { ["REDISCLI_AUTH=\(password.flatMap(port.secret) ?? "")"] }
}
