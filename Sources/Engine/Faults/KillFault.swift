/// A signal to the container, `SIGKILL` unless told otherwise, that ends it; it stays down until it is healed.
public struct KillFault: Fault {
  public let kind = FaultKind.kill

  /// The signal's name, with `SIG`. One that does not end the process makes the fault `notEffective`.
  public var signal: String

  public init(signal: String = "SIGKILL") {
    self.signal = signal
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    let state = try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(kind: kind, target: target, parameters: [ProcessFaults.startedAt: state.startedAt])
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.kill(container: undo.target.container, signal: signal)
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyDown(undo, in: environment)
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    try await ProcessFaults.presenceOfDeath(undo, in: environment)
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }
}

extension FaultKind { public static let kill = FaultKind(rawValue: "kill") }

extension FaultDefinition {
  private static let signal = FaultField.optional(
    "signal", .choice(["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGHUP"]), default: "SIGKILL")

  public static let kill = FaultDefinition(
    KillFault(), "SIGKILL, or another signal; healed by starting the container.",
    traits: [.takesNodesDown, .stopsNodes], fields: [signal],
    strike: .nodes { KillFault(signal: $0[signal].text) })
}

extension FaultAction {
  public static func kill(signal: String) -> FaultAction { FaultAction(.kill, ["signal": .text(signal)]) }
}
