import ChaosPlan
import Testing

@testable import Detection

@Suite struct ShrinkMachineTests {
  private typealias Cut = PlanEditor.Cut

  /// Runs the machine against a plan that violates exactly when `violates` says so.
  private func shrink(_ whole: PlanEditor.Cut, _ violates: (PlanEditor.Cut) -> Bool) -> (
    PlanEditor.Cut, [PlanEditor.Cut]
  ) {
    var machine = ShrinkMachine(whole: whole)
    var tried: [PlanEditor.Cut] = []
    while let cut = machine.next() {
      tried.append(cut)
      machine.record(isViolated: violates(cut))
    }
    return (machine.best, tried)
  }

  private func whole(_ faults: Int) -> PlanEditor.Cut {
    PlanEditor.Cut(faults: Array(0..<faults), clients: 16, timePercent: 100)
  }

  @Test func whatNeedsNoFaultKeepsNone() {
    let (best, tried) = shrink(whole(5)) { $0.clients >= 3 }
    #expect(best == PlanEditor.Cut(faults: [], clients: 4, timePercent: 25))
    #expect(tried.first?.faults == [])
  }

  @Test(arguments: 1...9, 1...3) func theFaultsThatAreNeededAreFound(_ count: Int, _ neededCount: Int) {
    for first in 0..<count {
      let needed = Set((0..<neededCount).map { (first + $0 * 2) % count })
      let (best, tried) = shrink(whole(count)) {
        needed.isSubset(of: $0.faults) && $0.clients >= 16 && $0.timePercent >= 100
      }
      #expect(Set(best.faults) == needed)
      #expect(best.clients == 16 && best.timePercent == 100)
      #expect(Set(tried).count == tried.count, "a trial was repeated")
      #expect(tried.count <= count * count + 3 * count + 4)
    }
  }

  /// Where not every superset of a violating plan violates: what is left still violates, and no fault can be left out.
  @Test(arguments: 0..<200) func theResultIsOneMinimal(_ seed: UInt64) {
    var random = Random(state: seed)
    let count = Int(random.next() % 7) + 2
    let bad = Set((0..<6).map { _ in random.next() % (1 << UInt64(count)) } + [(1 << UInt64(count)) - 1])
    func isBad(_ cut: PlanEditor.Cut) -> Bool { bad.contains(cut.faults.reduce(0) { $0 | 1 << UInt64($1) }) }
    let (best, tried) = shrink(whole(count), isBad)
    #expect(isBad(best))
    #expect(Set(tried).count == tried.count)
    for fault in best.faults {
      var less = best
      less.faults.removeAll { $0 == fault }
      let wasTried = tried.contains { $0.faults == less.faults }
      #expect(wasTried && !isBad(less), "\(less.faults) of \(best.faults) was not ruled out")
    }
  }

  @Test func aPlanWithoutFaultsIsStillMadeShorter() {
    let (best, _) = shrink(whole(0)) { $0.timePercent >= 50 }
    #expect(best == PlanEditor.Cut(faults: [], clients: 1, timePercent: 50))
  }

  @Test func chunksCoverEverythingOnce() {
    for count in 1...9 {
      for parts in 1...count {
        let faults = Array(0..<count)
        #expect((0..<parts).flatMap { ShrinkMachine.chunk(faults, $0, of: parts) } == faults)
      }
    }
  }

  @Test func aTrialIsDecidedAsEarlyAsItCanBe() {
    var trial = Trial(needed: 2, tries: 3)
    trial.record(isViolated: true)
    #expect(trial.isViolated == nil)
    trial.record(isViolated: true)
    #expect(trial.isViolated == true)
    var other = Trial(needed: 2, tries: 3)
    other.record(isViolated: false)
    #expect(other.isViolated == nil)
    other.record(isViolated: false)
    #expect(other.isViolated == false)
  }
}

/// A linear congruential generator (Knuth, MMIX): the same numbers on every machine.
private struct Random {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
