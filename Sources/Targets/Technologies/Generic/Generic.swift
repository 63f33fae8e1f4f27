import ChaosPlan

/// Nodes that are all alike.
package struct Generic: Technology {
  package init() {}

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    port.running(tier).reduce(into: [:]) { $0[$1.name] = NodeRole(roles: [.member], detail: "member") }
  }
}
