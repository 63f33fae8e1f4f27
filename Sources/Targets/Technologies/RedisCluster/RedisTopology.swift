import ChaosPlan
import Endpoints

/// One node's view of the Redis Cluster: the answer to `CLUSTER NODES` (redis.io/docs/latest/commands/cluster-nodes).
struct RedisTopology: Sendable, Hashable {
  struct Node: Sendable, Hashable {
    var id: String
    var address: String
    var flags: Set<String>
    /// The id of the master that a replica follows.
    var master: String?
    var configEpoch: Int
    var slots: [ClosedRange<Int>]
    /// Whether the node that was asked has a connection to it.
    var isLinked: Bool
  }

  var nodes: [Node]

  /// `nil` when the text does not have that form.
  init?(clusterNodes text: String) {
    var nodes: [Node] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 8, let epoch = Int(fields[6]) else { return nil }
      nodes.append(
        Node(
          id: fields[0], address: Self.address(fields[1]),
          flags: Set(fields[2].split(separator: ",").map(String.init)), master: fields[3] == "-" ? nil : fields[3],
          configEpoch: epoch, slots: fields[8...].compactMap(Self.slots), isLinked: fields[7] == "connected"))
    }
    guard !nodes.isEmpty else { return nil }
    self.nodes = nodes
  }

  /// `10.0.0.1:6379@16379,name`: the port of the cluster's bus and the node's name come last.
  private static func address(_ field: String) -> String {
    HostPort(lastColonIn: field.prefix { $0 != "@" })?.host ?? field
  }

  /// `5461-10922`, `7000`; slots that are migrating to another node (`[93->-…]`) belong to the node that has them in a
  /// range.
  private static func slots(_ field: String) -> ClosedRange<Int>? {
    let ends = field.split(separator: "-").compactMap { Int($0) }
    guard !field.hasPrefix("["), let first = ends.first, let last = ends.last, first <= last else { return nil }
    return first...last
  }

  /// The highest epoch of a master with slots: every failover makes a higher one.
  private var epoch: Int {
    nodes.filter { !$0.slots.isEmpty }.map(\.configEpoch).max() ?? -1
  }

  /// The view with the latest failover; if several have it, the one that most nodes agree on.
  static func newest(of views: [RedisTopology]) -> RedisTopology? {
    views.max { first, second in
      (first.epoch, views.count { $0.owners == first.owners }) < (
        second.epoch, views.count { $0.owners == second.owners }
      )
    }
  }

  private var owners: [String: [ClosedRange<Int>]] {
    Dictionary(nodes.map { ($0.id, $0.slots) }) { first, _ in first }
  }

  /// - Parameter names: node name by address.
  func roles(names: [String: String]) -> NodeRoles {
    let nameByID = Dictionary(nodes.map { ($0.id, names[$0.address] ?? $0.address) }) { first, _ in first }
    return nodes.reduce(into: [:]) { roles, node in
      guard let name = names[node.address] else { return }
      roles[name] = role(of: node, nameByID)
    }
  }

  private func role(of node: Node, _ nameByID: [String: String]) -> NodeRole {
    let lack = Self.lack(of: node)
    if node.flags.contains("slave"), let master = node.master {
      let name = nameByID[master]
      return NodeRole(
        roles: [.replica], detail: "replica of \(name ?? master)", follows: name, lack: lack)
    }
    if node.flags.contains("master"), !node.slots.isEmpty {
      let ranges = node.slots.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      let failed = node.flags.contains("fail") ? ", seen as failed" : ""
      return NodeRole(
        roles: [.master], detail: "master of \(ranges.joined(separator: ", "))\(failed)", slots: node.slots, lack: lack)
    }
    return NodeRole(
      roles: [], detail: "no slots (\(node.flags.sorted().joined(separator: ", ")))", lack: lack ?? "has no slots")
  }

  private static func lack(of node: Node) -> String? {
    if node.flags.contains("fail") || node.flags.contains("fail?") { return "is seen as failed" }
    return node.isLinked || node.flags.contains("myself") ? nil : "has no link to the others"
  }
}
