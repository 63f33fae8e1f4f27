import Randomness
import Testing
import Workload

@testable import ChaosPlan
@testable import Orchestrator

/// The machine with a clock in hand.
private struct Bench {
  var machine: RunMachine
  var now = Duration.zero
  var actions: [RunMachine.Action] = []

  init(_ faults: [FaultStep], safety: SafetySettings = SafetySettings()) {
    var random = SplitMix64(seed: 1)
    machine = RunMachine(
      plan: Plan(
        name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1),
        steadyState: SteadyState(before: .seconds(5), after: .seconds(3)), faults: faults, safety: safety,
        expect: Expectations(recoveryMaximum: .seconds(10))),
      strikes: Schedule(faults, using: &random).strikes)
  }

  mutating func handle(_ event: RunMachine.Event) {
    actions += machine.handle(event, at: now)
  }

  /// Ticks once a second up to `second`, with operations that were all served but those that ended at `bad`.
  mutating func pass(to second: Int, bad: Double? = nil) {
    while now < .seconds(second) {
      now += .seconds(1)
      handle(.tick(.steady(at: now, bad: bad)))
    }
  }

  mutating func taken() -> [RunMachine.Action] {
    defer { actions = [] }
    return actions
  }
}

extension LiveMeasure {
  fileprivate static func steady(at now: Duration, bad: Double? = nil) -> LiveMeasure {
    var measure = LiveMeasure()
    measure.ok = 100
    measure.lastServedAt = now
    measure.lastNotServedAt = bad.map { .seconds($0) }
    return measure
  }
}

private func kill(at: Int = 0, for duration: Int = 8) -> FaultStep {
  .fault(planned(at: at, .fixed(.seconds(duration))))
}

private func planned(
  at: Int = 0, _ duration: FaultDuration = .fixed(.seconds(1)), every: Repetition? = nil
) -> PlannedFault {
  PlannedFault(
    action: .kill(signal: "SIGKILL"), selector: Selector(tier: .redis, role: .master), at: .seconds(at),
    duration: duration, every: every)
}

@Suite struct RunMachineTests {
  @Test func aRunGoesThroughItsPhases() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    #expect(bench.taken() == [.startTraffic])
    bench.pass(to: 4)
    #expect(bench.machine.phase == .steadyBefore)
    #expect(bench.taken().isEmpty)
    bench.pass(to: 5)
    #expect(bench.machine.phase == .faults)
    #expect(bench.taken() == [.inject(fault: 0)])
    bench.handle(.injected(fault: 0))
    bench.pass(to: 12)
    #expect(bench.taken().isEmpty)
    bench.pass(to: 13)
    #expect(bench.taken() == [.heal(fault: 0)])
    #expect(bench.machine.openFaults == [0])
    bench.handle(.healed(fault: 0))
    #expect(bench.machine.phase == .recovering)
    bench.pass(to: 14, bad: 13.5)
    #expect(bench.machine.phase == .recovering)
    bench.pass(to: 16, bad: 13.5)
    #expect(bench.machine.phase == .steadyAfter)
    #expect(bench.machine.recoveredAt == .seconds(13.5))
    bench.pass(to: 19)
    #expect(bench.taken() == [.stopTraffic])
    bench.handle(.trafficEnded)
    #expect(bench.taken() == [.settle])
    bench.handle(.settled)
    #expect(bench.taken() == [.judge])
    #expect(
      bench.machine.phaseStarts.map(\.phase) == [
        .prepare, .steadyBefore, .faults, .recovering, .steadyAfter, .ending, .settling, .verdict,
      ])
    #expect(bench.machine.interruption == nil)
    #expect(bench.machine.obstacle == nil)
  }

  @Test func aStoreThatIsNotSteadyIsNotStruck() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    bench.now = .seconds(5)
    var measure = LiveMeasure.steady(at: bench.now)
    measure.fail = 5
    bench.handle(.tick(measure))
    #expect(bench.taken() == [.startTraffic, .stopTraffic])
    #expect(bench.machine.obstacle?.contains("100 of 105 operations") == true)
    bench.handle(.trafficEnded)
    #expect(bench.taken() == [.settle])
  }

  @Test func faultsHaveTheirOwnTimes() {
    var bench = Bench([kill(at: 0, for: 3), kill(at: 2, for: 6)])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.injected(fault: 0))
    _ = bench.taken()
    bench.pass(to: 7)
    #expect(bench.taken() == [.inject(fault: 1)])
    bench.handle(.injected(fault: 1))
    bench.pass(to: 8)
    #expect(bench.taken() == [.heal(fault: 0)])
    bench.handle(.healed(fault: 0))
    #expect(bench.machine.phase == .faults)
    bench.pass(to: 13)
    #expect(bench.taken() == [.heal(fault: 1)])
    bench.handle(.healed(fault: 1))
    #expect(bench.machine.phase == .recovering)
  }

  /// A partition of many nodes may take longer to be in effect than it is to last.
  @Test func aFaultLastsItsTimeFromWhenItIsInEffect() {
    var bench = Bench([kill(for: 8)])
    bench.handle(.prepared)
    bench.pass(to: 5)
    #expect(bench.taken() == [.startTraffic, .inject(fault: 0)])
    bench.pass(to: 15)
    bench.handle(.injected(fault: 0))
    bench.pass(to: 22)
    #expect(bench.taken().isEmpty)
    bench.pass(to: 23)
    #expect(bench.taken() == [.heal(fault: 0)])
  }

  @Test func aFaultThatCannotBeInjectedIsAnObstacleAndTheRunGoesOn() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.injectionFailed(fault: 0, reason: "no master"))
    #expect(bench.machine.phase == .recovering)
    #expect(bench.machine.obstacle == "the fault could not be injected: no master")
  }

  @Test func aStoreThatDoesNotComeBackIsGivenUpOn() {
    var bench = Bench([kill(for: 1)])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.injected(fault: 0))
    bench.pass(to: 6)
    bench.handle(.healed(fault: 0))
    while bench.now < .seconds(35) {
      bench.now += .seconds(1)
      bench.handle(.tick(.steady(at: bench.now, bad: bench.now / .seconds(1))))
    }
    #expect(bench.machine.phase == .recovering)
    bench.now = .seconds(36)
    bench.handle(.tick(.steady(at: bench.now, bad: 36)))
    #expect(bench.machine.phase == .steadyAfter)
    #expect(bench.machine.recoveredAt == nil)
  }

  @Test func aRunWithoutFaultsHasOnlySteadyStates() {
    var bench = Bench([])
    bench.handle(.prepared)
    bench.pass(to: 7)
    #expect(bench.machine.phase == .steadyAfter)
    bench.pass(to: 10)
    #expect(bench.machine.phase == .ending)
  }

  @Test func anInterruptHealsAndGoesStraightToTheVerdict() {
    var bench = Bench([kill(), kill(at: 60)])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.injected(fault: 0))
    _ = bench.taken()
    bench.handle(.interrupted(reason: "SIGINT"))
    #expect(bench.taken() == [.heal(fault: 0), .stopTraffic])
    bench.handle(.interrupted(reason: "SIGINT"))
    bench.handle(.trafficEnded)
    #expect(bench.taken().isEmpty)
    bench.handle(.healed(fault: 0))
    #expect(bench.taken() == [.judge])
    #expect(bench.machine.interruption == .user("SIGINT"))
  }

  @Test func anInterruptDuringAnInjectionHealsWhenItIsThrough() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    bench.pass(to: 5)
    _ = bench.taken()
    bench.handle(.interrupted(reason: "SIGTERM"))
    #expect(bench.taken() == [.cancelInjection(fault: 0), .stopTraffic])
    bench.handle(.trafficEnded)
    #expect(bench.taken().isEmpty)
    bench.handle(.injected(fault: 0))
    #expect(bench.taken() == [.heal(fault: 0)])
    bench.handle(.healed(fault: 0))
    #expect(bench.taken() == [.judge])
  }

  /// What was broken off says nothing of the fault: the reason is the interruption.
  @Test func anInjectionThatAnInterruptBreaksOffIsNoObstacle() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.interrupted(reason: "SIGTERM"))
    bench.handle(.injectionFailed(fault: 0, reason: "cancelled"))
    bench.handle(.trafficEnded)
    #expect(bench.taken().last == .judge)
    #expect(bench.machine.obstacle == nil)
    #expect(bench.machine.interruption == .user("SIGTERM"))
  }

  @Test func anInterruptDuringTheFinalReadsEndsThem() {
    var bench = Bench([])
    bench.handle(.prepared)
    bench.pass(to: 10)
    bench.handle(.trafficEnded)
    _ = bench.taken()
    bench.handle(.interrupted(reason: "SIGINT"))
    #expect(bench.taken() == [.cutShort])
    bench.handle(.settled)
    #expect(bench.taken() == [.judge])
  }

  @Test func anInterruptCutsThePreparationAndTheLastOperationsShort() {
    var bench = Bench([])
    bench.handle(.interrupted(reason: "SIGINT"))
    #expect(bench.taken() == [.cutShort])
    bench.handle(.prepared)
    #expect(bench.taken() == [.judge])
    bench = Bench([])
    bench.handle(.prepared)
    bench.pass(to: 10)
    _ = bench.taken()
    bench.handle(.interrupted(reason: "SIGINT"))
    #expect(bench.taken() == [.cutShort])
    bench.handle(.trafficEnded)
    #expect(bench.taken() == [.judge])
  }

  @Test func aFailureOfTheRunHealsToo() {
    var bench = Bench([kill()])
    bench.handle(.prepared)
    bench.pass(to: 5)
    bench.handle(.injected(fault: 0))
    _ = bench.taken()
    bench.handle(.failed(reason: "disk full"))
    #expect(bench.taken() == [.heal(fault: 0), .stopTraffic])
    #expect(bench.machine.interruption == .failure("disk full"))
  }

  @Test func theHypothesisIsHeldAgainstTheMeasure() {
    var measure = LiveMeasure()
    let hypothesis = SteadyState.Hypothesis(availabilityMinimum: 0.99, latencyP99Maximum: .seconds(1))
    #expect(measure.violation(of: hypothesis) == "no operation was answered")
    measure.ok = 99
    measure.unknown = 1
    #expect(measure.violation(of: hypothesis) == nil)
    measure.latencyP99 = 1.5
    #expect(measure.violation(of: hypothesis)?.contains("1.5 s") == true)
    measure.unknown = 2
    #expect(measure.violation(of: hypothesis) == "99 of 101 operations were answered with ok")
  }
}
