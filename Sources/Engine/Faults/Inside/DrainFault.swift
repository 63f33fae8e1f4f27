/// A RabbitMQ node in maintenance: the queues that it leads get another leader, and its clients are sent away; it takes
/// no new ones until it is healed (`rabbitmq-upgrade drain` and `revive`).
public struct DrainFault: Fault {
  public let kind = FaultKind.drain

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(kind: kind, target: target)
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.shell(
      BrokerTools.prologue + "./rabbitmq-upgrade drain 2>&1", in: undo, timeout: BrokerTools.timeout,
      orThrow: .injectionFailed)
  }

  /// It leads no queue any more.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let leaders = try await environment.shell(
      BrokerTools.prologue + "./rabbitmqctl -q list_queues --no-table-headers leader", in: undo,
      timeout: BrokerTools.timeout,
      orThrow: .notEffective)
    let node = "rabbit@\(undo.target.node)"
    let led = leaders.split(whereSeparator: \.isNewline).count { $0.trimmed == node }
    guard led == 0, leaders.contains("rabbit@") else {
      throw FaultError(code: .notEffective, message: "\(undo.target.node) still leads \(led) queues")
    }
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard try await environment.isRunning(undo) else { return .ended("it is down, and starts out of maintenance") }
    return try await isDrained(undo, in: environment, orThrow: .notEffective)
      ? .inEffect : .ended("it is not in maintenance any more")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // A node that was restarted meanwhile is out of maintenance already.
    try await environment.shell(
      BrokerTools.prologue + "./rabbitmq-upgrade revive 2>&1", in: undo, timeout: BrokerTools.timeout,
      orThrow: .notHealed)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    guard try await !isDrained(undo, in: environment, orThrow: .notHealed) else {
      throw FaultError(code: .notHealed, message: "\(undo.target.node) is still in maintenance")
    }
  }

  private func isDrained(
    _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> Bool {
    let answer = try await environment.shell(
      BrokerTools.prologue + "./rabbitmqctl -q eval 'rabbit_maintenance:is_being_drained_local_read(node()).'",
      in: undo, timeout: BrokerTools.timeout, orThrow: code)
    return answer.split(whereSeparator: \.isNewline).last?.trimmed != "false"
  }
}

extension Substring {
  fileprivate var trimmed: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

extension FaultKind { public static let drain = FaultKind(rawValue: "drain") }

extension FaultDefinition {
  public static let drain = FaultDefinition(
    DrainFault(), "A RabbitMQ node in maintenance: it leads no queue and has no clients.",
    tiers: .only("rabbitmq", because: "`rabbitmq-upgrade drain` is a command of RabbitMQ"), traits: .takesNodesDown,
    strike: .nodes { _ in DrainFault() })
}
