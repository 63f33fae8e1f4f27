/// Every process of the container frozen: its connections stay open, and nothing answers until it is healed.
public struct PauseFault: Fault {
  public let kind = FaultKind.pause

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(kind: kind, target: target)
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.pause(container: undo.target.container)
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.waitForState(of: undo.target.container, orThrow: .notEffective, "paused") {
      $0.status == .paused
    }
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let status = try await environment.runtime.state(of: undo.target.container).status
    return status == .paused ? .inEffect : .ended("it is \(status.rawValue), not paused")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.unpause(container: undo.target.container)
    // An engine that was restarted meanwhile has stopped it.
    let status = try await environment.runtime.state(of: undo.target.container).status
    if status == .exited || status == .dead {
      try await environment.runtime.start(container: undo.target.container)
    }
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}

extension FaultKind { public static let pause = FaultKind(rawValue: "pause") }

extension FaultDefinition {
  public static let pause = FaultDefinition(
    PauseFault(), "Every process frozen.", traits: [.takesNodesDown, .stopsNodes], strike: .nodes { _ in PauseFault() })
}

extension FaultAction {
  public static let pause = FaultAction(.pause)
}
