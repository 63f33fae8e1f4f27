import ChaosPlan

/// Nodes that are all alike.
package struct Generic: Technology {
  package static let name = "generic"
  package static let roles = [TierRole(.member, .all)]

  package init(_: MappingReader) {}

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    port.running(tier).reduce(into: [:]) { $0[$1.name] = NodeRole(roles: [.member], detail: "member") }
  }
}
