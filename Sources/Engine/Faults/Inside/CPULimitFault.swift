/// Processor starvation: the container gets at most this many cores; healed by restoring the earlier limit.
public struct CPULimitFault: Fault {
  public let kind = FaultKind.cpuLimit
  /// Above 0.
  public var cores: Double

  private static let coresBefore = "cores-before"
  private static let coresWanted = "cores"
  /// Some tenths of a second of work for one core; prints the real, the user and the system time that it took.
  private static let work = "TIMEFORMAT='%R %U %S'; time for ((i = 0; i < 100000; i++)); do :; done"

  public var originals: [String] { [Self.coresBefore] }

  public init(cores: Double = 0.1) {
    self.cores = cores
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let before = try await environment.inside(for: kind).limits(of: target.container).cores
    let undo = Undo(
      kind: kind, target: target, parameters: [Self.coresBefore: String(before), Self.coresWanted: String(cores)])
    let share = try await share(undo, in: environment, orThrow: .notInjectable)
    guard share > cores else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) cannot be measured: \(target.container) gets \(share) cores already, without the limit")
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await setCores(cores, undo, in: environment)
  }

  /// A process in the container gets no more than the limit, give or take a period of the scheduler.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let share = try await share(undo, in: environment, orThrow: .notEffective)
    guard share <= cores * 1.5 else {
      throw FaultError(
        code: .notEffective, message: "\(undo.target.container) still gets \(share) cores, not \(cores)")
    }
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let now = try await environment.inside(for: kind).limits(of: undo.target.container).cores
    let wanted = undo.parameters[Self.coresWanted].flatMap(Double.init) ?? cores
    return abs(now - wanted) < 0.001 ? .inEffect : .ended("it is limited to \(now) cores (0: no limit)")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await setCores(Self.before(undo), undo, in: environment)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let now = try await environment.inside(for: kind).limits(of: undo.target.container).cores
    guard now == Self.before(undo) else {
      throw FaultError(code: .notHealed, message: "\(undo.target.container) is still limited to \(now) cores")
    }
  }

  private static func before(_ undo: Undo) -> Double { undo.parameters[coresBefore].flatMap(Double.init) ?? 0 }

  private func setCores(_ cores: Double, _ undo: Undo, in environment: FaultEnvironment) async throws {
    let inside = try environment.inside(for: kind)
    var limits = try await inside.limits(of: undo.target.container)
    limits.cores = cores
    try await inside.setLimits(limits, of: undo.target.container)
  }

  /// The cores that a busy process in the container gets.
  private func share(_ undo: Undo, in environment: FaultEnvironment, orThrow code: FaultError.Code) async throws
    -> Double
  {
    let result = try await environment.inside(for: kind).run(
      ["bash", "-c", Self.work], in: undo.target.container, timeout: .seconds(60))
    let times = (result.output + result.error).split(whereSeparator: \.isWhitespace).suffix(3).compactMap { Double($0) }
    guard result.exitCode == 0, times.count == 3, times[0] > 0 else {
      throw FaultError(code: code, message: "\(kind) cannot be measured: \(result.lastWords)")
    }
    return (times[1] + times[2]) / times[0]
  }
}

extension FaultKind { public static let cpuLimit = FaultKind(rawValue: "cpu-limit") }

extension FaultDefinition {
  private static let cores = FaultField.required(
    "cores", .number(0.01...64), "The cores to allow.", need: "the cores to allow, like `0.1`")

  public static let cpuLimit = FaultDefinition(
    CPULimitFault(), "At most this many cores.", traits: .replacesLimit, fields: [cores],
    strike: .nodes { CPULimitFault(cores: $0[cores].number) })
}
