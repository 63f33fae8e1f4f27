import ChaosPlan

/// Redis with Sentinel: one master, replicas that follow it, and Sentinels, which promote a replica when a quorum of
/// them misses the master. Redis nodes and Sentinels are one tier.
package struct RedisSentinel: Technology {
  package static let name = "redis-sentinel"
  package static let roles = [TierRole(.master, .one), TierRole(.replica, .any), TierRole(.sentinel, .any)]
  package static let voter: Role? = .sentinel

  /// The name under which the Sentinels watch the master.
  private let master: String
  /// The name of the secret that the Sentinels ask for; `nil`: they ask for none.
  private let password: String?

  package init(_ settings: MappingReader) {
    master = settings.requiredText("master", hint: "the name under which the Sentinels watch the master") ?? ""
    password = settings.secret("password")
  }

  /// Believes the Sentinels, and of them those that know of the latest failover: a deposed master still says that it is
  /// one.
  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    let nodes = port.running(tier)
    let environment = password.flatMap(port.secret).map { ["REDISCLI_AUTH=\($0)"] } ?? []
    let command = ["sh", "-c", SentinelView.script, master]
    let views = await port.answers(nodes) { node in
      // A node that is no Sentinel has nothing at that port.
      await port.output(of: command, environment: environment, in: node).flatMap { SentinelView($0) }
        .map { (node.name, $0) }
    }
    return SentinelView.roles(Dictionary(views) { first, _ in first }, names: port.names(tier))
  }
}

extension Role {
  /// A process that watches Redis nodes, and votes for another master.
  static let sentinel = Role(rawValue: "sentinel")
}
