import ChaosPlan

/// Redis Cluster: masters own slots of keys, and replicas follow them.
package struct RedisCluster: Technology {
  /// The name of the secret.
  private let password: String?

  package init(password: String?) {
    self.password = password
  }

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    // Ask three nodes, because one of them may be a master that was deposed and does not know it yet.
    let environment = ["REDISCLI_AUTH=\(password.flatMap(port.secret) ?? "")"]
    let views = await port.answers(port.running(tier).prefix(3)) { node in
      await port.output(of: ["redis-cli", "CLUSTER", "NODES"], environment: environment, in: node)
        .flatMap { RedisTopology(clusterNodes: $0) }
    }
    return RedisTopology.newest(of: views)?.roles(names: port.names(tier)) ?? [:]
  }
}
