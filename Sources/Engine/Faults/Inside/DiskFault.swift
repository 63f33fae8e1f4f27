/// A disk that is full, or read-only, for one node's servers.
///
/// Full: no file of the node's data grows (`ENOSPC`). RabbitMQ checks the free space and blocks its publishers long
/// before that, so there the fault raises RabbitMQ's limit above the free space: the same state that it would enter by
/// itself. Read-only: nothing of the data is changed (`EROFS`), by files that are open already neither. A broker is
/// restarted when its disk works again.
public struct DiskFault: Fault {
  public let kind: FaultKind

  /// The undo's key for RabbitMQ's earlier limit, in bytes.
  private static let limitBefore = "limit-before"
  /// The undo's key for a server that does not recover by itself.
  private static let restarts = "restarts"

  private init(_ kind: FaultKind) { self.kind = kind }

  public static let full = DiskFault(.diskFull)
  public static let readOnly = DiskFault(.readOnly)

  private var disk: PreloadedOrder.Disk { kind == .diskFull ? .full : .readOnly }
  private var answer: ServerDisk.Answer { kind == .diskFull ? .full : .readOnly }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    var undo = Undo(kind: kind, target: target)
    let limit = try await DiskAlarm.limit(undo, in: environment)
    if limit != nil { undo.parameters[Self.restarts] = "yes" }
    if kind == .diskFull, let limit {
      guard try await !DiskAlarm.isRaised(undo, in: environment, orThrow: .notInjectable) else {
        throw FaultError(code: .notInjectable, message: "\(target.node) already has a disk alarm")
      }
      undo.parameters[Self.limitBefore] = String(limit)
      return undo
    }
    let words = try await environment.standingOrder(in: undo, orThrow: .notInjectable)
    let before = try await ServerDisk.askServer(undo, in: environment)
    guard words[3] == PreloadedOrder.Disk.sound.rawValue, before == .sound else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) cannot be measured: a write by \(target.node) already gives \(before)")
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    if undo.parameters[Self.limitBefore] != nil {
      try await DiskAlarm.setLimit(DiskAlarm.limitAboveAll, undo, in: environment, orThrow: .injectionFailed)
    } else {
      try await environment.order(.disk(disk), in: undo, orThrow: .injectionFailed)
    }
  }

  /// A write by the server fails as it should. A server that is down by now is measured by a process like it.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    var seen = ""
    for look in 0..<environment.measureLimit {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      if undo.parameters[Self.limitBefore] != nil {
        if try await DiskAlarm.isRaised(undo, in: environment, orThrow: .notEffective) { return }
        seen = "RabbitMQ raises no alarm"
        continue
      }
      // The server may have exited because of the failed write.
      guard try await environment.isRunning(undo) else { return }
      let server = try await ServerDisk.askServer(undo, in: environment)
      if server == answer { return }
      seen = "a write gives \(server)"
      if case .none = server, try await ServerDisk.askNewProcess(undo, in: environment) == answer { return }
    }
    throw FaultError(code: .notEffective, message: "\(kind) of \(undo.target.node) has no effect: \(seen)")
  }

  /// A server that exited because of a failed write is an effect of the fault.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard try await environment.isRunning(undo) else { return .inEffect }
    if undo.parameters[Self.limitBefore] != nil {
      let limit = try await DiskAlarm.limit(undo, in: environment).map(String.init)
      return limit == undo.parameters[Self.limitBefore] ? .ended("RabbitMQ has its own limit again") : .inEffect
    }
    let words = try await environment.standingOrder(in: undo, orThrow: .notEffective)
    return words[3] == disk.rawValue ? .inEffect : .ended("its disk works again")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // A node that is down starts with a sound disk, and with the limit of its configuration.
    if try await environment.isRunning(undo) {
      if let limit = undo.parameters[Self.limitBefore].flatMap({ Int($0) }) {
        try await DiskAlarm.setLimit(limit, undo, in: environment, orThrow: .notHealed)
      } else {
        try await environment.order(.disk(.sound), in: undo, orThrow: .notHealed)
        // A broker that could not write its log has stopped all its replicas, and serves no client until it is
        // restarted.
        if undo.parameters[Self.restarts] != nil {
          try await environment.runtime.stop(container: undo.target.container, timeoutSeconds: 10)
        }
      }
    }
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    if undo.parameters[Self.limitBefore] != nil {
      for look in 0..<environment.measureLimit {
        if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
        if try await !DiskAlarm.isRaised(undo, in: environment, orThrow: .notHealed) { return }
      }
      throw FaultError(code: .notHealed, message: "\(undo.target.node) still has a disk alarm")
    }
    try await ProcessFaults.verifyRunning(undo, in: environment)
    let found = try await ServerDisk.askNewProcess(undo, in: environment)
    guard found == .sound else {
      throw FaultError(code: .notHealed, message: "a write in \(undo.target.container) still gives \(found)")
    }
  }
}

extension FaultKind {
  public static let diskFull = FaultKind(rawValue: "disk-full")
  public static let readOnly = FaultKind(rawValue: "read-only")
}

extension FaultDefinition {
  public static let diskFull = onDisk(
    DiskFault.full, "No file of the data grows; on RabbitMQ its own alarm.")
  public static let readOnly = onDisk(DiskFault.readOnly, "Nothing of the data can be changed.")

  private static func onDisk(_ fault: DiskFault, _ summary: String) -> FaultDefinition {
    FaultDefinition(
      fault, summary,
      tiers: .only(
        "redis", "rabbitmq", "sql", because: "its nodes keep no data",
        except: ["etcd": PreloadedOrder.unreachable("etcd")]),
      traits: [.takesNodesDown, .needsPreload], leftover: PreloadedOrder.diskLeftover, strike: .nodes { _ in fault })
  }
}
