/// A flushed cache: the keys of a Redis master and of its replicas are deleted. Over by itself; reads and writes fill
/// the cache again.
public struct FlushFault: Fault {
  public let kind = FaultKind.flush

  /// In one transaction, so that nothing is written between the deletion and the count.
  private static let script = """
    printf 'MULTI\\nFLUSHALL\\nDBSIZE\\nEXEC\\n' | REDISCLI_AUTH="$KV_REDIS_PASSWORD" redis-cli 2>&1 | tail -n 1
    """

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    return Undo(kind: kind, target: target)
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let last = try await environment.shell(Self.script, in: undo, orThrow: .injectionFailed)
    guard last.filter(\.isWholeNumber) == "0" else {
      throw FaultError(
        code: .notEffective, message: "\(undo.target.node) was not flushed: \(last.filter { !$0.isNewline })")
    }
  }

  /// Measured by `inject` itself: a moment later the cache has new keys.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {}

  /// Over by itself.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    .momentary
  }

  /// Nothing is left to take back.
  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {}

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {}
}

extension FaultKind { public static let flush = FaultKind(rawValue: "flush") }

extension FaultDefinition {
  public static let flush = FaultDefinition(
    FlushFault(), "A Redis master's keys are deleted; over by itself.",
    tiers: .only("redis", because: "`FLUSHALL` is a command of Redis"), traits: .momentary,
    strike: .nodes { _ in FlushFault() })
}

extension FaultAction {
  public static let flush = FaultAction(.flush)
}
