/// Memory starvation: the container gets at most this many bytes, swap included; the kernel kills processes that need
/// more. Healed by restoring the earlier limit, and by starting the container if it was killed.
public struct MemoryLimitFault: Fault {
  public let kind = FaultKind.memoryLimit
  public var bytes: Int

  private static let bytesBefore = "bytes-before"
  private static let bytesWanted = "bytes"
  /// As the container sees its own limit: cgroup v2, or v1.
  private static let readLimit =
    "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes"

  public var originals: [String] { [Self.bytesBefore] }

  public init(bytes: Int = 64 << 20) {
    self.bytes = bytes
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let before = try await environment.inside(for: kind).limits(of: target.container).memoryBytes
    guard before == 0 || before > bytes else {
      throw FaultError(
        code: .notInjectable, message: "\(target.container) is already limited to \(before) bytes, which is not more")
    }
    return Undo(
      kind: kind, target: target, parameters: [Self.bytesBefore: String(before), Self.bytesWanted: String(bytes)])
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await setBytes(bytes, undo, in: environment)
  }

  /// The container's own limit says so, and its processes hold no more; or the kernel has killed it for it.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    guard try await environment.runtime.state(of: undo.target.container).status == .running else { return }
    let limit = Int(
      try await environment.shell(Self.readLimit, in: undo, orThrow: .notEffective).filter { !$0.isWhitespace })
    let held = try await environment.inside(for: kind).memoryBytes(of: undo.target.container)
    guard let limit, limit <= bytes, held <= bytes else {
      throw FaultError(
        code: .notEffective,
        message: "\(undo.target.container) holds \(held) bytes and may hold \(limit.map(String.init) ?? "any number")")
    }
  }

  /// The engine keeps the limit of a container that the kernel killed for it.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let now = try await environment.inside(for: kind).limits(of: undo.target.container).memoryBytes
    return now == undo.parameters[Self.bytesWanted].flatMap { Int($0) }
      ? .inEffect : .ended("it is limited to \(now) bytes (0: no limit)")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await setBytes(Self.before(undo), undo, in: environment)
    try await environment.runtime.start(container: undo.target.container)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let now = try await environment.inside(for: kind).limits(of: undo.target.container).memoryBytes
    guard now == Self.before(undo) else {
      throw FaultError(code: .notHealed, message: "\(undo.target.container) is still limited to \(now) bytes")
    }
    try await ProcessFaults.verifyRunning(undo, in: environment)
  }

  private static func before(_ undo: Undo) -> Int { undo.parameters[bytesBefore].flatMap { Int($0) } ?? 0 }

  private func setBytes(_ bytes: Int, _ undo: Undo, in environment: FaultEnvironment) async throws {
    let inside = try environment.inside(for: kind)
    var limits = try await inside.limits(of: undo.target.container)
    limits.memoryBytes = bytes
    try await inside.setLimits(limits, of: undo.target.container)
  }
}

extension FaultKind { public static let memoryLimit = FaultKind(rawValue: "memory-limit") }

extension FaultDefinition {
  private static let bytes = FaultField.required(
    "bytes", .memory, "The memory to allow, like `128MiB`.", need: "the memory to allow, like `128MiB`")

  public static let memoryLimit = FaultDefinition(
    MemoryLimitFault(), "At most this much memory.", traits: [.takesNodesDown, .replacesLimit], fields: [bytes],
    strike: .nodes { MemoryLimitFault(bytes: $0[bytes].integer) })
}
