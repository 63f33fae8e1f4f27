import ChaosPlan

/// CockroachDB: the node that holds the leases of a table leads.
package struct CockroachDB: Technology {
  package static let name = "cockroachdb"
  package static let roles = [TierRole(.leader, .one), TierRole(.follower, .allButOne)]
  package static let isPreloadable = false

  /// Whose leaseholder leads, unless somebody asks for another table's.
  private let table: String

  package init(_ settings: MappingReader) {
    table = settings.requiredText("table", hint: "the table whose leaseholder leads") ?? ""
  }

  package func roles(of tier: Tier, leading subject: String?, asking port: any NodePort) async -> NodeRoles {
    let (nodes, names, table) = (port.running(tier), port.names(tier), subject ?? table)
    var fallback: CockroachTopology.View?
    for node in nodes {
      let answer = await port.output(
        of: ["bash", "-c", CockroachTopology.script(table: table)], environment: [], in: node)
      guard let view = answer.flatMap({ CockroachTopology.View($0) }) else { continue }
      fallback = fallback ?? view
      // One that is cut off still believes that it leads.
      if view.hasMajority {
        fallback = view
        break
      }
    }
    return fallback.map { CockroachTopology.roles($0, table: table, names: names, nodes: nodes.map(\.name)) } ?? [:]
  }
}
