import ChaosPlan
import DockerEngine
import Faults

/// Asks every tier for the roles of its nodes, all at once.
struct StatusReader: Sendable {
  let stack: Stack
  /// On CockroachDB, the table whose leaseholder leads.
  var table = CockroachTopology.storeTable

  /// What one tier's probe found, by node name. A node that is missing here is `unknown`.
  typealias Roles = [String: NodeRole]

  struct NodeRole: Sendable, Hashable {
    var roles: Set<Role>
    var detail: String
    var slots: [ClosedRange<Int>]?
    /// The node that a replica copies, by name.
    var follows: String?
    /// Why the node does not do its part in its tier; `nil`: no problem that the tier knows of.
    var lack: String?
  }

  /// - Parameter asksStarting: whether the health check of a container that the engine calls starting is run now. The
  ///   engine runs its own every 30 s, so for half a minute after a start none has passed.
  func read(asksStarting: Bool = false) async throws(StackError) -> StackStatus {
    var found = try await stack.details()
    if asksStarting { found = await StartProbe(engine: stack.engine).refresh(found) }
    let members = found.compactMap(Member.init(container:))
    let flavour: SQLFlavour = members.contains { $0.tier == .etcd } ? .patroni : .cockroach
    let roles = await roles(of: members, flavour)
    let nodes = members.map { member in
      let role = member.isRunning ? roles[member.name] ?? Self.fallback(member) : Self.down(member)
      return StackNode(
        name: member.name, container: member.container.name, id: member.container.id, tier: member.tier,
        roles: role.roles, detail: role.detail, state: member.container.state, slots: role.slots,
        follows: role.follows, address: member.container.addresses.first, lack: role.lack)
    }
    let nginx = members.first { $0.name == PublishedPort.http.node }
    return StackStatus(
      flavour: flavour,
      nodes: nodes.sorted { (Self.order($0.tier), $0.name) < (Self.order($1.tier), $1.name) },
      url: nginx?.container.publishedPorts[PublishedPort.store].map(Stack.storeURL(port:)))
  }

  private func roles(of members: [Member], _ flavour: SQLFlavour) async -> Roles {
    let probes = NodeProbes(stack: stack, members: members)
    async let redis = probes.redis()
    async let brokers = probes.rabbitmqAndWorkers()
    async let etcd = probes.etcd()
    async let sql = flavour == .patroni ? probes.patroni() : probes.cockroach(table: table)
    var all: Roles = [:]
    for part in [await redis, await brokers, await etcd, await sql] {
      all.merge(part) { first, _ in first }
    }
    return all
  }

  /// Nodes of tiers without roles are members; others are unknown when their tier did not answer.
  private static func fallback(_ member: Member) -> NodeRole {
    switch member.tier {
    case .proxy, .api: NodeRole(roles: [.member], detail: "member")
    case .worker, .redis, .rabbitmq, .sql, .etcd:
      NodeRole(roles: [], detail: "unknown", lack: "its role is unknown")
    }
  }

  private static func down(_ member: Member) -> NodeRole {
    let code = member.container.state.exitCode.map { ", exit code \($0)" } ?? ""
    let detail = member.container.state.status == .paused ? "paused" : "down\(code)"
    return NodeRole(roles: [], detail: detail, lack: "is \(detail)")
  }

  private static func order(_ tier: Tier) -> Int {
    Tier.allCases.firstIndex(of: tier) ?? 0
  }
}

/// A container that is a node of a tier (one-shot containers are none).
struct Member: Sendable {
  var name: String
  var tier: Tier
  var container: ContainerDetail

  init?(container: ContainerDetail) {
    guard let tier = container.labels[StackLabel.tier].flatMap(Tier.init(rawValue:)) else { return nil }
    let prefix = (container.labels["com.docker.compose.project"] ?? "") + "-"
    name = container.name.hasPrefix(prefix) ? String(container.name.dropFirst(prefix.count)) : container.name
    self.tier = tier
    self.container = container
  }

  var isRunning: Bool { container.state.status == .running }
}
