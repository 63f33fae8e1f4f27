import DockerEngine

/// Data of an earlier stack that was made under other secrets than the current ones. Pure.
enum Leftovers: Sendable, Hashable {
  /// Every volume was made under the current secrets, or there are no volumes.
  case none
  /// Such data, and no container that uses it: a clone that is gone, an engine that was stopped under its stack.
  case stopped
  /// Such data, in use.
  case running

  static func found(
    volumes: [VolumeSummary], containers: [ContainerSummary], secretsID: String?
  ) -> Leftovers {
    guard volumes.contains(where: { $0.labels[StackLabel.secrets] != secretsID }) else { return .none }
    return containers.contains { $0.status == .running || $0.status == .paused } ? .running : .stopped
  }
}
