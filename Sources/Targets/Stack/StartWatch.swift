import ChaosPlan
import DockerEngine

/// Reads from the containers' states how far a start is. Pure.
struct StartWatch: Sendable {
  /// A container that the engine has restarted this often does not come up by itself.
  static let restartLimit = 3

  enum Verdict: Sendable, Hashable {
    case waiting
    /// Every container is healthy, or done where it is one-shot.
    case ready
    /// This container ended, or keeps ending, instead of starting.
    case died(ContainerDetail)
  }

  /// When each container had last been started before this start began: an old exit is no death.
  private let startedBefore: [String: String]

  init(before: [ContainerDetail] = []) {
    startedBefore = Dictionary(before.map { ($0.id, $0.state.startedAt) }) { first, _ in first }
  }

  /// - Parameter allStarted: whether Compose has started everything: then an old exit counts too.
  func verdict(_ containers: [ContainerDetail], allStarted: Bool) -> Verdict {
    if let dead = containers.first(where: { isDead($0, allStarted: allStarted) }) { return .died(dead) }
    return !containers.isEmpty && containers.allSatisfy(isReady) ? .ready : .waiting
  }

  /// A line for every tier that is there, in the order in which the tiers come up.
  func progress(_ containers: [ContainerDetail]) -> [TierProgress] {
    let order = ["etcd", "redis", "rabbitmq", "sql", "proxy", "init", "api", "worker"]
    return Dictionary(grouping: containers) { $0.labels[StackLabel.tier] ?? "other" }
      .map { tier, members in
        TierProgress(
          tier: tier, ready: members.count(where: isReady), total: members.count,
          waitingFor: members.filter { !isReady($0) }.map(\.name).sorted())
      }
      .sorted {
        (order.firstIndex(of: $0.tier) ?? order.count, $0.tier) < (
          order.firstIndex(of: $1.tier) ?? order.count, $1.tier
        )
      }
  }

  private func isReady(_ container: ContainerDetail) -> Bool {
    if container.labels[StackLabel.tier] == StackLabel.oneShot {
      return container.state.status == .exited && container.state.exitCode == 0
    }
    return container.state.status == .running && (container.state.health ?? .healthy) == .healthy
  }

  private func isDead(_ container: ContainerDetail, allStarted: Bool) -> Bool {
    switch container.state.status {
    case .exited, .dead:
      guard allStarted || startedBefore[container.id] != container.state.startedAt else { return false }
      return container.labels[StackLabel.tier] != StackLabel.oneShot || container.state.exitCode != 0
    case .restarting, .running: return container.restartCount >= Self.restartLimit
    case .created, .paused, .removing: return false
    }
  }
}
