import DockerEngine
import Faults

/// Checks starting containers more often than the engine does.
///
/// A health check costs a process, and on two cores the checks of 25 containers affect the measurements. So the compose
/// files schedule one every half minute. While `up` waits for a start, it runs the same commands every two seconds,
/// until each has passed once.
actor StartProbe {
  private static let interval = Duration.seconds(2)
  private static let limit = Duration.seconds(5)

  private let engine: DockerEngine
  /// The start of each container whose check has passed since.
  private var passed: [String: String] = [:]
  private var askedAt: [String: ContinuousClock.Instant] = [:]

  init(engine: DockerEngine) { self.engine = engine }

  /// The same containers, those healthy whose check passes now or has passed since their start.
  func refresh(_ containers: [ContainerDetail]) async -> [ContainerDetail] {
    let now = ContinuousClock.now
    let due = containers.filter { isWaitedFor($0) && now - (askedAt[$0.id] ?? now - Self.interval) >= Self.interval }
    for container in due { askedAt[container.id] = now }
    await withTaskGroup(of: ContainerDetail?.self) { group in
      for container in due {
        group.addTask { [engine] in
          guard let command = container.healthCommand else { return nil }
          let result = try? await engine.exec(container.id, command, timeout: Self.limit)
          return result?.exitCode == 0 ? container : nil
        }
      }
      for await container in group {
        if let container { passed[container.id] = container.state.startedAt }
      }
    }
    return containers.map { container in
      guard isStarting(container), passed[container.id] == container.state.startedAt else { return container }
      var container = container
      container.state.health = .healthy
      return container
    }
  }

  private func isStarting(_ container: ContainerDetail) -> Bool {
    container.state.status == .running && container.state.health != nil && container.state.health != .healthy
  }

  private func isWaitedFor(_ container: ContainerDetail) -> Bool {
    isStarting(container) && passed[container.id] != container.state.startedAt
  }
}
