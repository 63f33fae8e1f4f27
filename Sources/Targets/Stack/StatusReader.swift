import ChaosPlan
import DockerEngine
import Faults
import Technologies

/// Asks every tier for the roles of its nodes, all at once.
struct StatusReader: Sendable {
  let stack: Stack
  /// What the leader leads, where that differs within one cluster; `nil`: as the target says.
  var subject: String?

  /// - Parameter asksStarting: whether the health check of a container that the engine calls starting is run now. The
  ///   engine runs its own every 30 s, so for half a minute after a start none has passed.
  func read(asksStarting: Bool = false) async throws(StackError) -> StackStatus {
    var found = try await stack.details()
    if asksStarting { found = await StartProbe(engine: stack.engine).refresh(found) }
    let members = found.compactMap { Member(container: $0, target: stack.configuration.target) }
    let flavour: SQLFlavour = members.contains { $0.tier == .etcd } ? .patroni : .cockroach
    let roles = await roles(of: members, flavour)
    let nodes = members.map { member in
      let role = member.isRunning ? roles[member.name] ?? Self.unknown : Self.down(member)
      return StackNode(
        name: member.name, container: member.container.name, id: member.container.id, tier: member.tier,
        roles: role.roles, detail: role.detail, state: member.container.state, slots: role.slots,
        follows: role.follows, address: member.container.addresses.first, lack: role.lack)
    }
    let nginx = members.first { $0.name == PublishedPort.http.node }
    return StackStatus(
      flavour: flavour,
      nodes: nodes.sorted { (order($0.tier), $0.name) < (order($1.tier), $1.name) },
      url: nginx?.container.publishedPorts[PublishedPort.store].map(Stack.storeURL(port:)))
  }

  /// The roles of all tiers, asked at once.
  private func roles(of members: [Member], _ flavour: SQLFlavour) async -> NodeRoles {
    let port = StackPort(stack: stack, members: members)
    return await withTaskGroup(of: NodeRoles.self) { group in
      for declared in stack.configuration.target.tiers {
        guard let technology = declared.technology(on: flavour) else { continue }
        group.addTask { await technology.roles(of: declared.tier, leading: subject, asking: port) }
      }
      return await group.reduce(into: [:]) { all, part in all.merge(part) { first, _ in first } }
    }
  }

  private static let unknown = NodeRole(roles: [], detail: "unknown", lack: "its role is unknown")

  private static func down(_ member: Member) -> NodeRole {
    let code = member.container.state.exitCode.map { ", exit code \($0)" } ?? ""
    let detail = member.container.state.status == .paused ? "paused" : "down\(code)"
    return NodeRole(roles: [], detail: detail, lack: "is \(detail)")
  }

  private func order(_ tier: Tier) -> Int {
    stack.configuration.target.tiers.firstIndex { $0.tier == tier } ?? 0
  }
}

/// A container that is a node of a tier (one-shot containers are none).
struct Member: Sendable {
  var name: String
  var tier: Tier
  var container: ContainerDetail

  init?(container: ContainerDetail, target: Target) {
    guard let tier = target.tier(ofLabels: container.labels) else { return nil }
    let prefix = (container.labels["com.docker.compose.project"] ?? "") + "-"
    name = container.name.hasPrefix(prefix) ? String(container.name.dropFirst(prefix.count)) : container.name
    self.tier = tier
    self.container = container
  }

  var isRunning: Bool { container.state.status == .running }
}
