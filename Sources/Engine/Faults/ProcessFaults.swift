/// What the faults on a container's processes have in common.
enum ProcessFaults {
  /// The words under which an undo keeps which run of the container was struck, and how long its stop may take.
  static let startedAt = "started-at"
  static let stopSeconds = "stop-seconds"

  @discardableResult
  static func requireRunning(
    _ target: FaultTarget, for kind: FaultKind, in environment: FaultEnvironment
  ) async throws -> ContainerState {
    let state = try await environment.runtime.state(of: target.container)
    guard state.status == .running else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) needs a running container, but \(target.container) is \(state.status.rawValue)")
    }
    return state
  }

  /// Whether the container is still in the run that was struck.
  static func isStillInItsRun(_ undo: Undo, in environment: FaultEnvironment) async throws -> Bool {
    let state = try await environment.runtime.state(of: undo.target.container)
    return state.status == .running && state.startedAt == undo.parameters[startedAt]
  }

  /// Waits for the end of a stop that may be in progress. It continues in the engine when the process that requested it
  /// is gone: a container that is running now could be down a moment later.
  static func waitForStop(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let limit = Duration.seconds((undo.parameters[stopSeconds].flatMap { Int($0) } ?? 0) + 1)
    for _ in 0..<Int((limit / environment.pollInterval).rounded(.up)) {
      guard try await isStillInItsRun(undo, in: environment) else { return }
      try await environment.clock.sleep(for: environment.pollInterval)
    }
  }

  /// Whether a container that was ended is down still, and has not run in between.
  static func presenceOfDeath(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let state = try await environment.runtime.state(of: undo.target.container)
    guard state.status == .exited || state.status == .dead else { return .ended("it is \(state.status.rawValue)") }
    return state.startedAt == undo.parameters[startedAt] ? .inEffect : .ended("it was started, but exited again")
  }

  static func verifyDown(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.waitForState(of: undo.target.container, orThrow: .notEffective, "down") {
      $0.status == .exited || $0.status == .dead
    }
  }

  /// Running, and still the same run a moment later.
  static func verifyRunning(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let container = undo.target.container
    let first = try await environment.waitForState(of: container, orThrow: .notHealed, "running") {
      $0.status == .running
    }
    try await environment.clock.sleep(for: environment.settleTime)
    let second = try await environment.runtime.state(of: container)
    guard second.status == .running, second.startedAt == first.startedAt else {
      let code = second.exitCode.map { " (exit code \($0))" } ?? ""
      throw FaultError(
        code: .notHealed, message: "container \(container) was started but exited again\(code)")
    }
  }
}

extension Duration {
  /// Rounded up.
  var wholeSeconds: Int { Int(max(self / .seconds(1), 0).rounded(.up)) }
}
