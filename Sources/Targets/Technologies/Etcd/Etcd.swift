import ChaosPlan

/// etcd: every member says itself whether it leads.
package struct Etcd: Technology {
  package static let name = "etcd"
  package static let roles = [TierRole(.leader, .one), TierRole(.follower, .allButOne)]
  package static let isPreloadable = false

  package init(_: MappingReader) {}

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    let command = ["etcdctl", "endpoint", "status", "--write-out=json"]
    let found = await port.answers(port.running(tier)) { node in
      await port.output(of: command, environment: ["ETCDCTL_API=3"], in: node).flatMap { EtcdTopology.role(json: $0) }
        .map { (node.name, $0) }
    }
    return Dictionary(found) { first, _ in first }
  }
}
