/// A failover by command: a Redis replica takes its master's place (`CLUSTER FAILOVER`, without data loss). Over by
/// itself; the new master stays master.
public struct FailoverFault: Fault {
  public let kind = FaultKind.failover
  private static let redis = "REDISCLI_AUTH=\"$KV_REDIS_PASSWORD\" redis-cli"
  private static let askMaster =
    #"export REDISCLI_AUTH="$KV_REDIS_PASSWORD"; timeout 3 redis-cli -h "$(redis-cli role | sed -n 2p)" ping 2>&1 || true"#

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let undo = Undo(kind: kind, target: target)
    guard try await role(undo, in: environment, orThrow: .notInjectable) == "slave" else {
      throw FaultError(
        code: .notInjectable, message: "\(target.node) is not a replica, so it cannot replace its master")
    }
    // A master hands its place over by itself; one that is dead or paused does not answer.
    let answer = try await environment.shell(Self.askMaster, in: undo, orThrow: .notInjectable)
    guard answer.hasPrefix("PONG") else {
      throw FaultError(
        code: .notInjectable, message: "the master of \(target.node) does not answer, so it cannot hand over its role")
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let answer = try await environment.shell("\(Self.redis) cluster failover 2>&1", in: undo, orThrow: .injectionFailed)
    guard answer.hasPrefix("OK") else {
      throw FaultError(
        code: .injectionFailed, message: "\(undo.target.node) refused the failover: \(answer.filter { !$0.isNewline })")
    }
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    for look in 0..<max(1, environment.pollLimit) {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      if try await role(undo, in: environment, orThrow: .notEffective) == "master" { return }
    }
    throw FaultError(code: .notEffective, message: "\(undo.target.node) did not become a master")
  }

  /// Over by itself.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    .momentary
  }

  /// The cluster is whole: nothing is to be taken back.
  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {}

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {}

  private func role(
    _ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> String {
    let text = try await environment.shell("\(Self.redis) role 2>&1", in: undo, orThrow: code)
    return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
  }
}

extension FaultKind { public static let failover = FaultKind(rawValue: "failover") }

extension FaultDefinition {
  public static let failover = FaultDefinition(
    FailoverFault(), "A Redis replica is made master by command; over by itself.",
    tiers: .only("redis", because: "`CLUSTER FAILOVER` is a command of Redis"), traits: .momentary,
    strike: .nodes { _ in FailoverFault() })
}
