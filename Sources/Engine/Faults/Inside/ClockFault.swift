/// A wall clock that jumps forward or back, or runs fast or slow, for the servers of one node only. Monotonic clocks
/// are not affected, as when the clock of a machine is set.
///
/// A program that asks the kernel without the C library (Go's, so etcd and CockroachDB) cannot be reached.
public struct ClockFault: Fault {
  public let kind = FaultKind.clock
  /// How far it jumps; negative: back.
  public var offset: Duration
  /// Seconds that it gains in a second from then on; negative: it loses.
  public var drift: Double

  /// A drift is measured once it should have come to so much.
  private static let driftMeasured = Duration.milliseconds(200)
  private static let tolerance = Duration.milliseconds(60)

  public init(offset: Duration = .zero, drift: Double = 0) {
    self.offset = offset
    self.drift = drift
  }

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    let undo = Undo(kind: kind, target: target)
    let words = try await environment.standingOrder(in: undo, orThrow: .notInjectable)
    guard words[0] == 0, words[1] == 0 else {
      throw FaultError(code: .notInjectable, message: "the clock of \(target.node) is already falsified")
    }
    guard let clock = try await ServerClock.read(in: undo, of: environment) else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) cannot be measured: the server of \(target.node) does not report its time"
      )
    }
    guard clock.allows(.zero, within: Self.tolerance) else {
      throw FaultError(
        code: .notInjectable,
        message: "\(kind) cannot be measured: the clock of \(target.node) is \(clock.leastOffset) off already")
    }
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await environment.order(
      .clock(offsetNanoseconds: Int64(offset / .nanoseconds(1)), rate: Int64((drift * 1e9).rounded())), in: undo,
      orThrow: .injectionFailed)
  }

  /// The server's own answer is off by the requested amount; for a drift this is measured twice, to see that it
  /// continues.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let first = try await measured(undo, in: environment)
    guard drift != 0 else {
      guard first.allows(offset, within: Self.tolerance) else { throw notEffective(undo, first) }
      return
    }
    try await environment.clock.sleep(for: Self.driftMeasured / abs(drift))
    let second = try await measured(undo, in: environment)
    let gained = second.leastOffset - first.mostOffset
    let lost = second.mostOffset - first.leastOffset
    guard drift > 0 ? gained > .zero && second.mostOffset > offset : lost < .zero && second.leastOffset < offset else {
      throw notEffective(undo, second)
    }
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard try await environment.isRunning(undo) else { return .ended("it is down, and starts with a true clock") }
    let words = try await environment.standingOrder(in: undo, orThrow: .notEffective)
    return words[0] != 0 || words[1] != 0 ? .inEffect : .ended("its clock is correct again")
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    // A node that is down starts with a true clock.
    guard try await environment.isRunning(undo) else { return }
    try await environment.order(.clock(offsetNanoseconds: 0, rate: 0), in: undo, orThrow: .notHealed)
  }

  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    guard try await environment.isRunning(undo) else { return }
    let words = try await environment.standingOrder(in: undo, orThrow: .notHealed)
    guard words[0] == 0, words[1] == 0 else {
      throw FaultError(code: .notHealed, message: "the clock of \(undo.target.node) is still falsified")
    }
    // A server that is only starting reads the same order.
    guard let clock = try await ServerClock.read(in: undo, of: environment) else { return }
    guard clock.allows(.zero, within: Self.tolerance) else {
      throw FaultError(
        code: .notHealed, message: "the clock of \(undo.target.node) is still \(clock.leastOffset) off")
    }
  }

  private func measured(_ undo: Undo, in environment: FaultEnvironment) async throws -> ServerClock {
    for look in 0..<environment.measureLimit {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval) }
      if let clock = try await ServerClock.read(in: undo, of: environment) { return clock }
    }
    throw FaultError(code: .notEffective, message: "the server of \(undo.target.node) no longer reports its time")
  }

  private func notEffective(_ undo: Undo, _ clock: ServerClock) -> FaultError {
    FaultError(
      code: .notEffective,
      message:
        "the clock of \(undo.target.node) is between \(clock.leastOffset) and \(clock.mostOffset) ahead, not as requested"
    )
  }
}

extension FaultKind { public static let clock = FaultKind(rawValue: "clock") }

extension FaultDefinition {
  private static let offset = FaultField.optional(
    "offset", .signedDuration(least: .seconds(1)), "Forward, like `60s`, or back, like `-60s`.",
    hint: "a duration of at least 1s, like `60s`, or `-60s` for back")
  private static let drift = FaultField.optional(
    "drift", .signedPercentage(0.01...0.5), "How much it gains, like `5%`, or loses, like `-5%`.",
    hint: "a percentage from 1% to 50%, like `5%`, or `-5%` for a slow clock")

  public static let clock = FaultDefinition(
    ClockFault(), "The wall clock is set, or runs fast or slow; monotonic clocks are not affected.",
    tiers: .every(except: [
      "etcd": PreloadedOrder.unreachable("etcd"), "proxy": "the images of the proxies preload no library",
    ]),
    traits: .needsPreload, fields: [offset, drift],
    check: { settings in
      guard settings.value(of: offset) == nil, settings.value(of: drift) == nil else { return nil }
      return FaultSettings.Problem("`clock` needs an `offset` (`60s`, `-60s`) or a `drift` (`5%`, `-5%`)")
    },
    leftover: PreloadedOrder.clockLeftover,
    strike: .nodes {
      ClockFault(offset: $0.value(of: offset)?.duration ?? .zero, drift: $0.value(of: drift)?.number ?? 0)
    })
}
