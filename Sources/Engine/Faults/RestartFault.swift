/// A rolling restart: each target is stopped and started again when the one before it is a member again; over by
/// itself.
public struct RestartFault: Fault {
  public let kind = FaultKind.restart
  public let order = InjectionOrder.oneByOne
  /// After this time the engine kills a process that has not ended by itself.
  public var timeoutSeconds: Int
  /// How many looks, a second apart, a restarted node has to become a member of its cluster again, or healthy.
  public var joinedLookLimit: Int

  public init(timeoutSeconds: Int = 10, joinedLookLimit: Int = 120) {
    self.timeoutSeconds = timeoutSeconds
    self.joinedLookLimit = joinedLookLimit
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

  /// Another run than before, and a member again: only then may the next node go.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await requireRestarted(undo, in: environment)
    try await environment.waitUntilJoined(undo, looks: joinedLookLimit, orThrow: .notEffective)
    // A check may pass in the last moment of a node that ends.
    try await requireRestarted(undo, in: environment)
  }

  private func requireRestarted(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let container = undo.target.container
    let state = try await environment.runtime.state(of: container)
    guard state.status == .running else {
      throw FaultError(
        code: .notEffective, message: "container \(container) ended again after its restart (\(state.status.rawValue))")
    }
    guard state.startedAt != undo.parameters[ProcessFaults.startedAt] else {
      throw FaultError(code: .notEffective, message: "container \(container) was not restarted")
    }
  }

  /// Over by itself.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    .momentary
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.waitForStop(undo, in: environment)
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}

extension FaultKind { public static let restart = FaultKind(rawValue: "restart") }

extension FaultDefinition {
  private static let timeout = FaultField.optional(
    "timeout", .duration(nil), "Then it is killed.", default: .time(.seconds(10)))

  public static let restart = FaultDefinition(
    RestartFault(), "A rolling restart: one node when the one before it is a member again; over by itself.",
    traits: .momentary, fields: [timeout],
    strike: .nodes { RestartFault(timeoutSeconds: $0[timeout].duration.wholeSeconds) })
}
