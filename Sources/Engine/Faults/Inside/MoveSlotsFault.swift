/// Slots of a Redis master that move to another one under load: `CLUSTER SETSLOT` importing and migrating, `MIGRATE` of
/// their keys, then the new owner, as `redis-cli --cluster reshard` does it; healed by moving those very slots back.
///
/// While a slot moves, a key that is no longer here is answered with ASK, and afterwards with MOVED: that is what
/// clients have to follow. By hand, because the tool does not say which slots it took.
public struct MoveSlotsFault: Fault {
  public let kind = FaultKind.moveSlots
  private static let from = "from"
  private static let to = "to"
  private static let slots = "slots"
  /// Some ten commands a slot, one after another.
  private static let timeout = Duration.seconds(120)
  /// How many slots.
  public var count: Int

  public init(count: Int = 500) {
    self.count = count
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    var undo = Undo(kind: kind, target: target)
    let view = try await environment.shell(
      SlotScript.text + "view 127.0.0.1", in: undo, orThrow: .notInjectable)
    let lines = view.split(whereSeparator: \.isNewline).map { $0.split(separator: " ").map(String.init) }
      .filter { $0.count >= 8 }
    let masters = lines.filter { line in line[2].contains("master") && !line[2].contains("fail") && line.count > 8 }
    guard let own = masters.first(where: { $0[2].contains("myself") }),
      let other = masters.first(where: { !$0[2].contains("myself") })
    else {
      throw FaultError(
        code: .notInjectable,
        message: "\(target.node) is not a master with slots, or there is no other master to move them to")
    }
    guard !own[8...].contains(where: { $0.hasPrefix("[") }) else {
      throw FaultError(code: .notInjectable, message: "slots of \(target.node) are already migrating")
    }
    let ranges = Self.first(count, of: own[8...])
    guard !ranges.isEmpty else {
      throw FaultError(
        code: .notInjectable,
        message: "\(target.node) has too few slots: after moving \(count), at least one must be left")
    }
    undo.parameters = [
      Self.from: own[0], Self.to: other[0],
      Self.slots: ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " "),
    ]
    return undo
  }

  /// The first slots of ranges like `0-5460` and `7000`; none where it has not more than that.
  static func first(_ count: Int, of fields: some Sequence<String>) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var left = count
    for field in fields {
      let ends = field.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { continue }
      if left == 0 { return ranges }
      let end = min(last, first + left - 1)
      ranges.append(first...end)
      left -= end - first + 1
      if left == 0, end < last { return ranges }
    }
    return []
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await move(from: Self.from, to: Self.to, undo, environment, orThrow: .injectionFailed)
  }

  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expectOwner(Self.to, undo, environment, orThrow: .notEffective)
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    var once = environment
    once.pollLimit = 1
    do {
      try await expectOwner(Self.to, undo, once, orThrow: .notEffective)
      return .inEffect
    } catch let error as FaultError {
      return .ended(error.message)
    }
  }

  /// Also undoes an interrupted move: slots that never left are only marked as stable.
  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await move(from: Self.to, to: Self.from, undo, environment, orThrow: .notHealed)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await expectOwner(Self.from, undo, environment, orThrow: .notHealed)
  }

  private func move(
    from: String, to: String, _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    let script = try Self.script(undo) + "move \(Self.word(from, undo)) \(Self.word(to, undo))"
    try await environment.shell(script, in: undo, timeout: Self.timeout, orThrow: code)
  }

  /// Every master says that this one has all of the slots, and that none is on its way.
  private func expectOwner(
    _ owner: String, _ undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws {
    let script = try Self.script(undo) + "owned \(Self.word(owner, undo))"
    let total = try Self.word(Self.slots, undo).split(separator: " ").reduce(0) { sum, range in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      return sum + (ends.last ?? 0) - (ends.first ?? 0) + 1
    }
    var last: [Substring] = []
    for look in 0..<max(1, environment.pollLimit / 10) {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval * 10) }
      last = try await environment.shell(script, in: undo, orThrow: code).split(whereSeparator: \.isNewline)
      if last.count >= 2, last.allSatisfy({ $0 == "\(total) 0" }) { return }
    }
    throw FaultError(
      code: code,
      message:
        "\(total) slots should have moved in the view of every master, but they report (slots, open migrations): \(last.joined(separator: ", "))"
    )
  }

  private static func script(_ undo: Undo) throws(FaultError) -> String {
    SlotScript.text + "slots='\(try word(slots, undo))'; "
  }

  /// A parameter, which goes into a script: nothing but ids and numbers.
  private static func word(_ name: String, _ undo: Undo) throws(FaultError) -> String {
    guard let word = undo.parameters[name], !word.isEmpty,
      word.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else { throw FaultError(code: .notHealed, message: "the undo of \(undo.kind) has no valid \(name)") }
    return word
  }
}

extension FaultKind { public static let moveSlots = FaultKind(rawValue: "move-slots") }

extension FaultDefinition {
  private static let slots = FaultField.optional("slots", .integer(1...2_000), "How many slots.", default: 500)

  public static let moveSlots = FaultDefinition(
    MoveSlotsFault(), "Slots of a Redis master move to another one; moved back on heal.",
    tiers: .only("redis", because: "only a Redis Cluster has slots"), fields: [slots],
    strike: .nodes { MoveSlotsFault(count: $0[slots].integer) })
}
