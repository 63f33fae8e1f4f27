import ChaosPlan
import Endpoints

/// Roles from CockroachDB: the node that holds the leases of one table's ranges leads. It is the node that serves that
/// table; the leases of other ranges say nothing about which requests fail when the node dies.
enum CockroachTopology {
  /// The script that queries a node. It prints the members as the node sees them, an empty line, and the leases of the
  /// table.
  ///
  /// The tool takes host and user from the container's environment. Since 23.1 the query must request the leaseholder
  /// as a detail; before that, the word for it is a syntax error.
  ///
  /// - Parameter table: of the database `kv`.
  static func script(table: String) -> String {
    """
    set -o pipefail
    cockroach() { timeout 3 /cockroach/cockroach "$@" --format=tsv 2>/dev/null; }
    leases() { cockroach sql --execute "SELECT lease_holder, count(*) FROM [SHOW RANGES FROM TABLE kv.public.\(table) $1] \
    GROUP BY lease_holder"; }
    cockroach node status && echo && { leases 'WITH DETAILS' || leases; }
    """
  }

  /// A row of `cockroach node status`: of a node that the cluster counts as a member, alive or not.
  struct Member: Sendable, Hashable {
    var id: Int
    /// Host and port; `nil` if the cluster no longer knows them.
    var address: String?
    var isLive: Bool

    var host: String? { address.flatMap { HostPort($0, defaultPort: 26_257)?.host } }
  }

  /// The answer of one node.
  struct View: Sendable, Hashable {
    var members: [Member]
    /// Ranges of the table whose lease a node holds, by the node's id.
    var leases: [Int: Int]

    /// - Parameter answer: what `script` printed. `nil` where it is not that.
    init?(_ answer: String) {
      let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).map { $0.filter { $0 != "\r" } }
      let parts = lines.split(separator: "", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let rows = CockroachTable(parts[0]), let held = CockroachTable(parts[1]) else {
        return nil
      }
      members = rows.compactMap { row in
        guard let id = row["id"].flatMap({ Int($0) }), let live = row["is_live"] else { return nil }
        return Member(id: id, address: row["address"], isLive: live == "true")
      }
      leases = held.reduce(into: [:]) { leases, row in
        guard let id = row["lease_holder"].flatMap({ Int($0) }), let count = row["count"].flatMap({ Int($0) }) else {
          return
        }
        leases[id, default: 0] += count
      }
      guard !members.isEmpty else { return nil }
    }

    /// Whether the node that answered is with the majority. A node that is not may report outdated roles long after it
    /// was replaced.
    var hasMajority: Bool { members.count(where: \.isLive) * 2 > members.count }
  }

  /// - Parameters:
  ///   - table: what the leases are of.
  ///   - names: node name by address; any other host counts as the name.
  ///   - nodes: the names of the running nodes; a node without leases is a follower.
  static func roles(
    _ view: View, table: String, names: [String: String] = [:], nodes: [String]
  ) -> NodeRoles {
    func name(_ member: Member) -> String? { member.host.map { names[$0] ?? $0 } }
    // A node that was replaced has its address in two rows.
    let live = view.members.filter(\.isLive)
    let leases = view.members.reduce(into: [String: Int]()) { leases, member in
      guard let held = view.leases[member.id], let name = name(member) else { return }
      leases[name, default: 0] += held
    }
    let total = view.leases.values.reduce(0, +)
    let most = nodes.map { leases[$0, default: 0] }.max() ?? 0
    let leader = most > 0 ? nodes.sorted().first { leases[$0, default: 0] == most } : nil
    let lacks = lacks(view, live: live, name: name)
    return nodes.reduce(into: [:]) { roles, node in
      roles[node] = NodeRole(
        roles: [node == leader ? .leader : .follower],
        detail: "holds \(leases[node, default: 0]) of \(total) \(total == 1 ? "lease" : "leases") of \(table)",
        lack: lacks[node] ?? (live.contains { name($0) == node } ? nil : "counts as dead for the other nodes"))
    }
  }

  /// Ids that still count as members but belong to no node any more. They are attributed to the node with the newest
  /// id, which is most likely the one that came back without its data.
  private static func lacks(_ view: View, live: [Member], name: (Member) -> String?) -> [String: String] {
    let taken = Set(live.compactMap(\.host))
    let orphans = view.members.filter { member in !member.isLive && member.host.map(taken.contains) ?? true }
    guard !orphans.isEmpty, let newest = live.max(by: { $0.id < $1.id }), let node = name(newest) else { return [:] }
    let ids = orphans.map { String($0.id) }.joined(separator: ", ")
    return [node: "has not replaced node id \(ids), which is dead and still a member (`kvchaos heal`)"]
  }
}

/// Rows of a table that the `cockroach` tool printed as TSV, by the names in its first line.
struct CockroachTable: Sendable, Hashable, Sequence {
  private var rows: [[String: String]]

  /// `nil` where there is not even a header.
  init?(_ lines: some Collection<String>) {
    let lines = lines.filter { !$0.isEmpty }
    guard let header = lines.first else { return nil }
    let names = header.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    rows = lines.dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(zip(names, fields).filter { $0.1 != "NULL" && !$0.1.isEmpty }) { first, _ in first }
    }
  }

  func makeIterator() -> IndexingIterator<[[String: String]]> { rows.makeIterator() }
}
