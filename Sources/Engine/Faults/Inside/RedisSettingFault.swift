/// Settings of a running Redis node (`CONFIG SET`), restored afterwards. Not a fault of plans: the CAP ledger uses it
/// to try a remedy, with the same guarantee that it is undone even if the run is killed.
public struct RedisSettingFault: Fault {
  public let kind = FaultKind.redisSetting
  private static let redis = "REDISCLI_AUTH=\"$KV_REDIS_PASSWORD\" redis-cli"

  /// Names and values, which have nothing in them but letters, digits and hyphens.
  public var settings: [String: String]

  public var originals: [String] { Array(settings.keys) }

  public init(settings: [String: String] = [:]) {
    self.settings = settings
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    var undo = Undo(kind: kind, target: target)
    for name in settings.keys {
      undo.parameters[name] = try await value(of: name, undo, environment, orThrow: .notInjectable)
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await set(settings, undo, environment, orThrow: .injectionFailed)
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expect(settings, undo, environment, orThrow: .notEffective)
  }

  /// The undo has the settings of before only.
  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard !settings.isEmpty else { return .unknown("its settings are not recorded") }
    do {
      try await expect(settings, undo, environment, orThrow: .notEffective)
      return .inEffect
    } catch let error as FaultError {
      return .ended(error.message)
    }
  }

  /// A restarted node has its own settings again, and is told the fault's once more.
  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await set(undo.parameters, undo, environment, orThrow: .notHealed)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expect(undo.parameters, undo, environment, orThrow: .notHealed)
  }

  private func set(
    _ values: [String: String], _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      let answer = try await environment.shell(
        "\(Self.redis) config set '\(name)' '\(value)' 2>&1", in: undo, orThrow: code)
      guard answer.hasPrefix("OK") else {
        throw FaultError(
          code: code, message: "\(undo.target.node) refused \(name) \(value): \(answer.filter { !$0.isNewline })")
      }
    }
  }

  private func expect(
    _ values: [String: String], _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    for (name, value) in values {
      let found = try await self.value(of: name, undo, environment, orThrow: code)
      guard found == value else {
        throw FaultError(code: code, message: "\(name) of \(undo.target.node) should be \(value), but is \(found)")
      }
    }
  }

  private func value(
    of name: String, _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> String {
    let answer = try await environment.shell("\(Self.redis) config get '\(name)' 2>&1", in: undo, orThrow: code)
    let lines = answer.split(whereSeparator: \.isNewline).map(String.init)
    guard lines.count == 2, lines[0] == name else {
      throw FaultError(
        code: code, message: "\(undo.target.node) does not report \(name): \(lines.joined(separator: " "))")
    }
    return lines[1]
  }
}

extension FaultKind { public static let redisSetting = FaultKind(rawValue: "redis-setting") }
