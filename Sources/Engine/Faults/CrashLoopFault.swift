/// Killed, started and killed again until it is healed: a node that is never up for long.
public struct CrashLoopFault: Fault {
  public let kind = FaultKind.crashLoop
  /// From a kill to the start, and from the start to the next kill.
  public var interval: Duration

  public init(interval: Duration = .seconds(2)) {
    self.interval = interval
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(kind: kind, target: target)
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.kill(container: undo.target.container, signal: "SIGKILL")
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyDown(undo, in: environment)
  }

  public func maintain(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let container = undo.target.container
    while true {
      try await environment.clock.sleep(for: interval)
      let before = try await environment.runtime.state(of: container).startedAt
      try await environment.runtime.start(container: container)
      // Each round is measured: it ran, it was another run than before, and it is down again.
      let state = try await environment.waitForState(of: container, orThrow: .notEffective, "running again") {
        $0.startedAt != before
      }
      try await environment.clock.sleep(for: interval)
      // It may have died by itself meanwhile, which has the same effect.
      if state.status == .running, try await environment.runtime.state(of: container).status == .running {
        try await environment.runtime.kill(container: container, signal: "SIGKILL")
      }
      try await ProcessFaults.verifyDown(undo, in: environment)
    }
  }

  /// A single check says nothing about a node that comes and goes; `maintain` measures each round, and reports a round
  /// that failed.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    .inEffect
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}

extension FaultKind { public static let crashLoop = FaultKind(rawValue: "crash-loop") }

extension FaultDefinition {
  private static let interval = FaultField.optional(
    "interval", .duration(nil), "From a kill to the start, and from the start to the next kill.",
    default: .time(.seconds(2)))

  public static let crashLoop = FaultDefinition(
    CrashLoopFault(), "Killed and started, over and over.", traits: .takesNodesDown, fields: [interval],
    strike: .nodes { CrashLoopFault(interval: $0[interval].duration) })
}
