import ChaosPlan
import Testing

@testable import Orchestrator

/// How a run waits for service: before its faults, under them, and after them.
@Suite struct RunLimitsTests {
  private static func machine(
    steadyLimit: Duration? = nil, onset: Duration = .zero, recoveryMinimum: Duration = .zero,
    duration: FaultDuration = .fixed(.seconds(5))
  ) -> RunMachine {
    let fault = PlannedFault(action: .pause, selector: Selector(tier: .redis), duration: duration)
    return RunMachine(
      strikes: [Strike(fault, notBefore: [Strike.Time(.start)])],
      steadyState: SteadyState(before: .seconds(4), after: .seconds(1)), safety: SafetySettings(),
      limits: RunMachine.Limits(
        quiet: .seconds(2), steadyLimit: steadyLimit, onset: onset, recoveryMinimum: recoveryMinimum,
        recoveryLimit: .seconds(20)))
  }

  /// One tick a second up to `end`; what was ordered, and when.
  private func orders(
    _ machine: inout RunMachine, from start: Int = 1, to end: Int, isServed: (Int) -> Bool
  ) -> [Int: [RunMachine.Action]] {
    var orders: [Int: [RunMachine.Action]] = [:]
    var (served, notServed): (Int?, Int?)
    for second in start...end {
      if isServed(second) { served = second } else { notServed = second }
      var measure = LiveMeasure()
      measure.ok = 100
      measure.lastServedAt = served.map { .seconds($0) }
      measure.lastNotServedAt = notServed.map { .seconds($0) }
      let now = Duration.seconds(second)
      for action in machine.handle(.tick(measure), at: now) {
        orders[second, default: []].append(action)
        switch action {
        case .inject(let fault): _ = machine.handle(.injected(fault: fault), at: now)
        case .heal(let fault): _ = machine.handle(.healed(fault: fault), at: now)
        default: break
        }
      }
    }
    return orders
  }

  /// Service that comes late is waited for; service that does not come leaves an obstacle, but no less of a run.
  @Test(arguments: [(9, nil), (100, "the clients were not served well before the fault")] as [(Int, String?)])
  func aSteadyStateIsWaitedForUpToItsLimit(servedFrom: Int, obstacle: String?) {
    var machine = Self.machine(steadyLimit: .seconds(15))
    _ = machine.handle(.prepared, at: .zero)
    let orders = orders(&machine, to: 16) { $0 >= servedFrom }
    #expect(orders.filter { $0.value.contains(.inject(fault: 0)) }.map(\.key) == [obstacle == nil ? 10 : 15])
    #expect(machine.obstacle == obstacle)
    #expect(machine.interruption == nil)
  }

  /// Without a limit the plan's hypothesis decides, as ever: one look, and no fault.
  @Test func withoutALimitTheHypothesisDecides() {
    var machine = Self.machine()
    _ = machine.handle(.prepared, at: .zero)
    _ = machine.handle(.tick(LiveMeasure()), at: .seconds(4))
    #expect(machine.phase == .ending)
    #expect(machine.obstacle?.contains("no operation was answered") == true)
  }

  @Test(arguments: [(0, 6), (5, 11)]) func serviceBeforeTheOnsetIsNoRecovery(onset: Int, healedAt: Int) {
    var machine = Self.machine(onset: .seconds(onset), duration: .untilRecovered(limit: .seconds(30)))
    _ = machine.handle(.prepared, at: .zero)
    let orders = orders(&machine, to: 14) { _ in true }
    #expect(orders.filter { $0.value.contains(.heal(fault: 0)) }.map(\.key) == [healedAt])
  }

  @Test(arguments: [(0, 12), (6, 16)]) func trafficGoesOnAfterTheHeal(minimum: Int, endsAt: Int) {
    var machine = Self.machine(recoveryMinimum: .seconds(minimum))
    _ = machine.handle(.prepared, at: .zero)
    let orders = orders(&machine, to: 20) { _ in true }
    #expect(orders.filter { $0.value.contains(.stopTraffic) }.map(\.key) == [endsAt])
  }

  /// The time of a fault may run from its strike, before it was seen to be in effect.
  @Test func aFaultsTimeRunsFromWhereTheShellSays() {
    var machine = Self.machine()
    _ = machine.handle(.prepared, at: .zero)
    var measure = LiveMeasure()
    measure.ok = 1
    #expect(machine.handle(.tick(measure), at: .seconds(4)) == [.inject(fault: 0)])
    #expect(machine.handle(.injected(fault: 0, since: .seconds(4)), at: .seconds(7)).isEmpty)
    #expect(machine.handle(.tick(measure), at: .seconds(8)).isEmpty)
    #expect(machine.handle(.tick(measure), at: .seconds(9)) == [.heal(fault: 0)])
  }
}
