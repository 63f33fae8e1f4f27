import ChaosPlan

/// Roles from CockroachDB: the node that holds the most leases of the store's ranges leads.
enum CockroachTopology {
  /// A row for each node with leases: its address, and how many. To be tried in turn: since 23.1 the leaseholder is a
  /// detail that must be asked for, and before that the word for it is a syntax error.
  static let queries = ["WITH DETAILS", ""].map { details in
    """
    SELECT n.address, count(*) FROM [SHOW RANGES FROM DATABASE kv \(details)] AS r \
    JOIN crdb_internal.gossip_nodes AS n ON n.node_id = r.lease_holder GROUP BY n.address
    """
  }

  /// - Parameters:
  ///   - tsv: the answer to one of `queries`, with a header line.
  ///   - names: node name by address; a host that is none of these is taken as the name.
  ///   - nodes: the names of the nodes that run; a node without leases follows.
  static func roles(tsv: String, names: [String: String] = [:], nodes: [String]) -> StatusReader.Roles {
    let leases = tsv.split(whereSeparator: \.isNewline).dropFirst().reduce(into: [String: Int]()) { leases, line in
      let fields = line.split(separator: "\t")
      guard fields.count == 2, let host = fields[0].split(separator: ":").first, let count = Int(fields[1]) else {
        return
      }
      leases[names[String(host)] ?? String(host)] = count
    }
    let total = leases.values.reduce(0, +)
    let most = nodes.map { leases[$0, default: 0] }.max() ?? 0
    let leader = most > 0 ? nodes.sorted().first { leases[$0, default: 0] == most } : nil
    return nodes.reduce(into: [:]) { roles, node in
      roles[node] = StatusReader.NodeRole(
        roles: [node == leader ? .leader : .follower],
        detail: "holds \(leases[node, default: 0]) of \(total) leases")
    }
  }
}
