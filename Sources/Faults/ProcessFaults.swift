/// What the faults on a container's processes have in common.
enum ProcessFaults {
  static func requireRunning(
    _ target: FaultTarget, for kind: FaultKind, in environment: FaultEnvironment
  ) async throws {
    let state = try await environment.runtime.state(of: target.container)
    guard state.status == .running else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) needs a running container, but \(target.container) is \(state.status.rawValue)")
    }
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
        code: .notHealed, message: "container \(container) was started but did not go on running\(code)")
    }
  }
}
