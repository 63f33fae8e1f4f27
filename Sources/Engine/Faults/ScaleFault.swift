/// A tier of another size: containers leave or join under load, as an operator or an autoscaler has it; healed by the
/// number that there was before. Its target is a tier, not a container.
public struct ScaleFault: Fault {
  public let kind = FaultKind.scale
  private static let before = "before"
  private static let wanted = "wanted"
  /// How many containers the tier is to have.
  public var count: Int

  public init(to count: Int = 1) {
    self.count = count
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    let before = try await scaling(environment).runningCount(ofTier: target.node)
    guard before > 0 else {
      throw FaultError(code: .notInjectable, message: "no container of the tier \(target.node) runs")
    }
    guard before != count else {
      throw FaultError(
        code: .notInjectable, message: "the tier \(target.node) has \(count) containers already: nothing would change")
    }
    return Undo(
      kind: kind, target: target, parameters: [Self.before: String(before), Self.wanted: String(count)])
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await scaling(environment).scale(tier: undo.target.node, to: Self.number(Self.wanted, undo))
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expect(Self.wanted, undo, environment, orThrow: .notEffective)
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    let count = try await scaling(environment).runningCount(ofTier: undo.target.node)
    return try count == Self.number(Self.wanted, undo) ? .inEffect : .ended("\(count) containers run")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await scaling(environment).scale(tier: undo.target.node, to: Self.number(Self.before, undo))
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expect(Self.before, undo, environment, orThrow: .notHealed)
  }

  private func expect(
    _ word: String, _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    let expected = try Self.number(word, undo)
    let found = try await scaling(environment).runningCount(ofTier: undo.target.node)
    guard found == expected else {
      throw FaultError(
        code: code, message: "the tier \(undo.target.node) should have \(expected) containers, but \(found) run")
    }
  }

  private static func number(_ word: String, _ undo: Undo) throws(FaultError) -> Int {
    guard let number = undo.parameters[word].flatMap({ Int($0) }), number > 0 else {
      throw FaultError(code: .notHealed, message: "the undo of \(undo.kind) does not record the number of containers")
    }
    return number
  }

  private func scaling(_ environment: FaultEnvironment) throws(FaultError) -> any TierScaling {
    guard let scaling = environment.scaling else {
      throw FaultError(code: .notInjectable, message: "\(kind) needs a stack that can be scaled")
    }
    return scaling
  }
}

extension FaultKind { public static let scale = FaultKind(rawValue: "scale") }

extension FaultDefinition {
  private static let wanted = FaultField.required(
    "to", .integer(1...32), "The number of containers of the tier.", need: "the number of containers of the tier")

  public static let scale = FaultDefinition(
    ScaleFault(), "The tier has another number of containers; back to the old number on heal.",
    tiers: .only("api", "worker", because: "the other tiers have a fixed number of nodes"), fields: [wanted],
    strike: .tier(count: { $0[wanted].integer }) { ScaleFault(to: $0[wanted].integer) })
}
