import ChaosPlan
import Faults
import Report
import Testing

@testable import Orchestrator

/// The cause of a fault's early end: something external, which is a finding, or the run itself.
struct EarlyEndTests {
  private func strike(_ action: FaultAction, isOptional: Bool = false) -> Strike {
    Strike(
      PlannedFault(action: action, selector: Selector(tier: .redis), duration: .fixed(.seconds(9))), notBefore: [],
      isOptional: isOptional)
  }

  private func report(on node: String, at struck: Double, healed: Double? = nil) -> FaultReport {
    FaultReport(
      label: "a fault", targets: [FaultReport.Target(node: node, container: "p-\(node)", role: "")], struckAt: struck,
      inEffectAt: struck, healedAt: healed)
  }

  private func isOwn(_ strikes: [Strike], _ reports: [FaultReport]) -> Bool {
    EarlyEnd.isOwnDoing(0, on: "redis-1", strikes, reports)
  }

  @Test func aloneItIsAnotherHand() {
    #expect(!isOwn([strike(.flush)], [report(on: "redis-1", at: 1)]))
    #expect(!isOwn([strike(.flush, isOptional: true)], [report(on: "redis-1", at: 1)]))
  }

  @Test func aPlannedFaultMayBeEndedByThatWhichHasItsNodeDown() {
    let kill = strike(.kill(signal: "SIGKILL"))
    #expect(isOwn([strike(.flush), kill], [report(on: "redis-1", at: 1), report(on: "redis-1", at: 2)]))
    // Not on another node, nor by one that is healed, nor by one that leaves its node alone.
    #expect(!isOwn([strike(.flush), kill], [report(on: "redis-1", at: 1), report(on: "redis-2", at: 2)]))
    #expect(!isOwn([strike(.flush), kill], [report(on: "redis-1", at: 1), report(on: "redis-1", at: 2, healed: 3)]))
    #expect(!isOwn([strike(.flush), strike(.flush)], [report(on: "redis-1", at: 1), report(on: "redis-1", at: 2)]))
  }

  @Test func aRandomFaultMayBeEndedByAnyThatWasOpenMeanwhile() {
    let strikes = [strike(.flush, isOptional: true), strike(.kill(signal: "SIGKILL"), isOptional: true)]
    #expect(isOwn(strikes, [report(on: "redis-1", at: 5), report(on: "redis-2", at: 2, healed: 6)]))
    #expect(!isOwn(strikes, [report(on: "redis-1", at: 5), report(on: "redis-1", at: 2, healed: 4)]))
  }
}
