import ChaosPlan
import Faults
import Stack

/// A stack in which every node runs.
enum Examples {
  static func node(_ name: String, _ tier: Tier, _ roles: Set<Role>, follows: String? = nil) -> StackNode {
    StackNode(
      name: name, container: "kvchaos-\(name)", id: name, tier: tier, roles: roles, detail: "",
      state: ContainerState(status: .running, health: nil, exitCode: nil, startedAt: ""), follows: follows,
      address: "10.0.0.\(name.utf8.reduce(0) { ($0 + Int($1)) % 250 })")
  }

  static let whole = StackStatus(
    flavour: .patroni,
    nodes: (1...3).map { node("redis-\($0)", .redis, [.master]) }
      + (4...6).map { node("redis-\($0)", .redis, [.replica], follows: "redis-\($0 - 3)") }
      + (1...3).map { node("sql-\($0)", .sql, [$0 == 2 ? .leader : .follower]) }
      + (1...3).map { node("etcd-\($0)", .etcd, [$0 == 1 ? .leader : .follower]) }
      + (1...3).map { node("rabbitmq-\($0)", .rabbitmq, [$0 == 3 ? .leader : .follower]) }
      + (1...3).map { node("api-\($0)", .api, [.member]) }
      + ["haproxy-1", "haproxy-2", "nginx"].map { node($0, .proxy, [.member]) })
}
