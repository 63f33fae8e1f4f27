import Faults
import Randomness
import Stack
import Testing
import Workload

@testable import ChaosPlan
@testable import Orchestrator

/// The machine with a schedule, on a clock in hand: faults strike and heal as fast as they are ordered.
private struct ScheduleBench {
  var machine: RunMachine
  var now = Duration.zero
  /// What was ordered, with the second of the fault phase.
  var log: [String] = []
  var measure = LiveMeasure()
  var isServed = true

  init(_ faults: [FaultStep], safety: SafetySettings = SafetySettings()) {
    var random = SplitMix64(seed: 1)
    machine = RunMachine(
      plan: Plan(
        name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1),
        steadyState: SteadyState(before: .zero, after: .seconds(3)), faults: faults, safety: safety),
      strikes: Schedule(faults, using: &random).strikes)
    measure.ok = 100
    perform(machine.handle(.prepared, at: now))
  }

  mutating func pass(to second: Int, step: Duration = .milliseconds(100)) {
    while now < .seconds(second) {
      if isServed { measure.lastServedAt = now } else { measure.lastNotServedAt = now }
      perform(machine.handle(.tick(measure), at: now))
      now += step
    }
  }

  private mutating func perform(_ actions: [RunMachine.Action]) {
    let second = (now / .seconds(1) * 10).rounded() / 10
    for action in actions {
      switch action {
      case .inject(let fault):
        log.append("\(second) inject \(fault)")
        perform(machine.handle(.injected(fault: fault), at: now))
      case .heal(let fault):
        log.append("\(second) heal \(fault)")
        perform(machine.handle(.healed(fault: fault), at: now))
      case .drop(let fault): log.append("\(second) drop \(fault)")
      case .startTraffic, .cancelInjection, .stopTraffic, .settle, .cutShort, .judge: break
      }
    }
  }
}

private func pause(
  at: Double = 0, _ duration: FaultDuration, every: Repetition? = nil
) -> FaultStep {
  .fault(
    PlannedFault(
      action: .pause, selector: Selector(tier: .sql), at: .seconds(at), duration: duration, every: every))
}

@Suite struct ScheduledRunTests {
  @Test func aSequenceGoesOnAtTheEndOfEachPart() {
    var bench = ScheduleBench([
      .sequence(
        [
          pause(.fixed(.seconds(2))),
          .parallel([pause(.fixed(.seconds(1))), pause(.fixed(.seconds(3)))], at: .seconds(1)),
          pause(at: 0.5, .fixed(.seconds(1))),
        ], at: .seconds(1))
    ])
    bench.pass(to: 20)
    #expect(
      bench.log == [
        "1.0 inject 0", "3.0 heal 0", "4.0 inject 1", "4.0 inject 2", "5.0 heal 1", "7.0 heal 2", "7.5 inject 3",
        "8.5 heal 3",
      ])
    #expect(bench.machine.phase != .faults)
  }

  @Test func aRepetitionWaitsForItself() {
    var bench = ScheduleBench([
      pause(.fixed(.seconds(3)), every: Repetition(interval: .seconds(2), times: 3))
    ])
    bench.pass(to: 20)
    #expect(
      bench.log == ["0.0 inject 0", "3.0 heal 0", "3.1 inject 1", "6.1 heal 1", "6.2 inject 2", "9.2 heal 2"])
  }

  @Test func untilRecoveredHealsWhenEveryoneIsServedAgain() {
    var bench = ScheduleBench([pause(.untilRecovered(limit: .seconds(30)))])
    bench.isServed = false
    bench.pass(to: 5)
    #expect(bench.log == ["0.0 inject 0"])
    bench.isServed = true
    bench.pass(to: 10)
    // Last unserved at 4.9, then two seconds of quiet.
    #expect(bench.log == ["0.0 inject 0", "6.9 heal 0"])
  }

  @Test func untilRecoveredHasALimit() {
    var bench = ScheduleBench([pause(.untilRecovered(limit: .seconds(4)))])
    bench.isServed = false
    bench.pass(to: 6)
    #expect(bench.log == ["0.0 inject 0", "4.0 heal 0"])
  }

  @Test func randomFaultsEndWithTheirTime() {
    let choice = RandomFaults.Choice(
      PlannedFault(action: .pause, selector: Selector(tier: .sql), duration: .fixed(.seconds(4))))
    var bench = ScheduleBench([
      .random(RandomFaults(length: .seconds(10), interval: .seconds(2), choices: [choice]))
    ])
    bench.pass(to: 30)
    #expect(
      bench.log == [
        "0.0 inject 0", "4.0 heal 0", "4.1 inject 1", "8.1 heal 1", "8.2 inject 2", "10.0 drop 3", "10.0 drop 4",
        "12.2 heal 2",
      ])
    #expect(bench.machine.obstacle == nil)
    #expect(bench.machine.phase != .faults)
  }

  @Test func aFaultThatIsLeftOutIsOverAndNoObstacle() {
    var bench = ScheduleBench([
      .random(
        RandomFaults(
          length: .seconds(1), interval: .seconds(5),
          choices: [
            RandomFaults.Choice(
              PlannedFault(action: .pause, selector: Selector(tier: .sql), duration: .fixed(.seconds(4))))
          ]))
    ])
    _ = bench.machine.handle(.tick(bench.measure), at: .zero)
    _ = bench.machine.handle(.skipped(fault: 0), at: .seconds(1))
    #expect(bench.machine.phase == .recovering)
    #expect(bench.machine.obstacle == nil)
  }

  @Test func theLimitHealsEverythingAndGoesOnToTheVerdict() {
    var bench = ScheduleBench(
      [pause(.fixed(.seconds(60))), pause(at: 20, .fixed(.seconds(1)))], safety: SafetySettings(limit: .seconds(5)))
    bench.pass(to: 7)
    #expect(bench.log == ["0.0 inject 0", "5.0 heal 0"])
    #expect(bench.machine.phase == .recovering)
    #expect(bench.machine.obstacle?.contains("the plan's `limit` of 5.0 s") == true)
    #expect(bench.machine.interruption == nil)
  }

  @Test func aStopConditionHealsEverything() {
    var bench = ScheduleBench(
      [pause(.fixed(.seconds(60)))],
      safety: SafetySettings(stopWhen: StopCondition(availabilityMinimum: 0.2, unservedMaximum: .seconds(8))))
    bench.measure.lastServedAt = .zero
    bench.isServed = false
    bench.pass(to: 8)
    #expect(bench.log == ["0.0 inject 0"])
    bench.pass(to: 9)
    #expect(bench.log == ["0.0 inject 0", "8.1 heal 0"])
    #expect(bench.machine.obstacle?.contains("no client was served for 8.1 s") == true)
  }

  @Test(arguments: [(0.19, true), (0.2, false)]) func availabilityStopsBelowItsMinimum(
    share: Double, stops: Bool
  ) {
    var measure = LiveMeasure()
    measure.recentAvailability = share
    let stop = StopCondition(availabilityMinimum: 0.2, window: .seconds(10))
    #expect(measure.violation(of: stop, since: .zero, at: .seconds(9)) == nil)
    #expect((measure.violation(of: stop, since: .zero, at: .seconds(10)) != nil) == stops)
  }
}

@Suite struct SharedNodeTests {
  @Test(arguments: [
    (FaultKind.pause, FaultKind.diskFull, true), (.clock, .pause, true), (.kill, .kill, true),
    (.isolate, .pause, false), (.pause, .isolate, false), (.loss, .partition, false),
  ])
  func aRandomFaultLeavesANodeToTheOneThatHasIt(kind: FaultKind, other: FaultKind, isRefused: Bool) {
    let held: [String: Set<FaultKind>] = ["redis-1": [other], "redis-2": []]
    let reason = SharedNode.refusal(of: kind, on: ["redis-2", "redis-1"], held: held)
    #expect(reason == (isRefused ? "redis-1 is already under another fault (\(other.rawValue))" : nil))
    #expect(SharedNode.refusal(of: kind, on: ["redis-2", "redis-3"], held: held) == nil)
  }
}

@Suite struct MajorityGuardTests {
  private static func node(
    _ name: String, _ tier: Tier, _ role: Role, _ status: ContainerState.Status = .running
  ) -> StackNode {
    StackNode(
      name: name, container: name, id: name, tier: tier, roles: [role], detail: "",
      state: ContainerState(status: status, health: nil, exitCode: nil, startedAt: ""))
  }

  private let status = StackStatus(
    flavour: .patroni,
    nodes: [
      node("redis-1", .redis, .master), node("redis-2", .redis, .master), node("redis-3", .redis, .master),
      node("redis-4", .redis, .replica), node("redis-5", .redis, .replica), node("redis-6", .redis, .replica),
      node("sql-1", .sql, .leader), node("sql-2", .sql, .follower), node("sql-3", .sql, .follower),
      node("api-1", .api, .member), node("api-2", .api, .member, .exited), node("api-3", .api, .member),
    ])

  private func nodes(_ names: String...) -> [StackNode] { names.compactMap { status.node($0) } }

  @Test func aMinorityMayGo() {
    let guardian = MajorityGuard(isMajorityLossAllowed: false)
    #expect(guardian.refusal(of: nodes("sql-1"), in: status) == nil)
    #expect(guardian.refusal(of: nodes("redis-1", "redis-4", "redis-5"), in: status) == nil)
  }

  @Test func aMajorityMayNotUnlessThePlanSaysSo() {
    let guardian = MajorityGuard(isMajorityLossAllowed: false)
    #expect(guardian.refusal(of: nodes("sql-1", "sql-2"), in: status)?.contains("2 of the 3 nodes of sql") == true)
    #expect(
      guardian.refusal(of: nodes("redis-1", "redis-2"), in: status)?.contains("2 of the 3 masters of redis") == true)
    #expect(MajorityGuard(isMajorityLossAllowed: true).refusal(of: nodes("sql-1", "sql-2"), in: status) == nil)
  }

  @Test func whatIsDownAlreadyCounts() {
    let guardian = MajorityGuard(isMajorityLossAllowed: false)
    #expect(guardian.refusal(of: nodes("api-1"), in: status)?.contains("2 of the 3 nodes of api") == true)
    #expect(guardian.refusal(of: nodes("sql-1"), in: status, struck: ["sql-3"]) != nil)
  }
}
