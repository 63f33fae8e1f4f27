/// A graceful stop: the container's stop signal, then a kill after a time; it stays down until it is healed.
public struct StopFault: Fault {
  public let kind = FaultKind.stop
  /// After this time the engine kills a process that has not ended by itself.
  public var timeoutSeconds: Int

  public init(timeoutSeconds: Int = 30) {
    self.timeoutSeconds = timeoutSeconds
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
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyDown(undo, in: environment)
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    try await ProcessFaults.presenceOfDeath(undo, in: environment)
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.waitForStop(undo, in: environment)
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}

extension FaultKind { public static let stop = FaultKind(rawValue: "stop") }

extension FaultDefinition {
  private static let timeout = FaultField.optional(
    "timeout", .duration(nil), "Then it is killed.", default: .time(.seconds(10)))

  public static let stop = FaultDefinition(
    StopFault(), "A graceful stop; healed by starting the container.", traits: [.takesNodesDown, .stopsNodes],
    fields: [timeout], strike: .nodes { StopFault(timeoutSeconds: $0[timeout].duration.wholeSeconds) })
}
