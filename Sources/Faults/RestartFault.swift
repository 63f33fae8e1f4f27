/// A rolling restart: each target is stopped and started again when the one before it is healthy; over by itself.
public struct RestartFault: Fault {
  public let kind = FaultKind.restart
  public let order = InjectionOrder.oneByOne
  /// After so long the engine kills what has not ended by itself.
  public var timeoutSeconds: Int
  /// How many looks, a second apart, a restarted node has to become healthy.
  public var healthLookLimit: Int

  public init(timeoutSeconds: Int = 10, healthLookLimit: Int = 120) {
    self.timeoutSeconds = timeoutSeconds
    self.healthLookLimit = healthLookLimit
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    let state = try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(
      kind: kind, target: target,
      parameters: [
        ProcessFaults.startedAt: state.startedAt, ProcessFaults.stopSeconds: String(timeoutSeconds),
      ])
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.stop(container: undo.target.container, timeoutSeconds: timeoutSeconds)
    try await environment.runtime.start(container: undo.target.container)
  }

  /// Another run than before, and healthy: only then may the next node go.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let container = undo.target.container
    for look in 0..<max(1, healthLookLimit) {
      if look > 0 { try await environment.clock.sleep(for: .seconds(1)) }
      let state = try await environment.runtime.state(of: container)
      guard state.status == .running else {
        throw FaultError(
          code: .notEffective,
          message: "container \(container) ended again after its restart (\(state.status.rawValue))")
      }
      guard state.startedAt != undo.parameters[ProcessFaults.startedAt] else {
        throw FaultError(code: .notEffective, message: "container \(container) was not restarted")
      }
      if state.health ?? .healthy == .healthy { return }
    }
    throw FaultError(
      code: .notEffective, message: "container \(container) was not healthy \(healthLookLimit) s after its restart")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.waitForStop(undo, in: environment)
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}
