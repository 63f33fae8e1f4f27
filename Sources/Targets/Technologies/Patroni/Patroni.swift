import ChaosPlan

/// PostgreSQL with Patroni: one leader, which standbys follow.
package struct Patroni: Technology {
  package static let name = "patroni"
  package static let roles = [TierRole(.leader, .one), TierRole(.follower, .allButOne)]

  /// The port of its REST API in its container.
  static let restPort = 8_008

  package init(_: MappingReader) {}

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    let clusters = await port.answers(port.running(tier)) { node in
      await port.value(PatroniTopology.Cluster.self, at: "/cluster", port: Self.restPort, of: node)
    }
    return clusters.first.map(PatroniTopology.roles) ?? [:]
  }
}
