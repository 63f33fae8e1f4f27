import Consistency
import Failures
import Testing

@testable import Detection

/// What a detection orders, on a time that is counted by hand.
struct DetectionMachineTests {
  private typealias Machine = DetectionMachine<Int>

  private func run(_ bug: String?, alarms: [String] = []) -> DetectionRecord.Run {
    DetectionRecord.Run(
      bug: bug, plan: bug ?? "a", seed: 1, verdict: alarms.isEmpty ? .holds : .violated, alarms: alarms,
      firstSeenAt: alarms.isEmpty ? nil : 3.9, secondsLong: 9, culprit: alarms.isEmpty ? nil : .redis, folder: "f")
  }

  private let end: [Machine.Action] = [.note("restoring the release services"), .restore]

  private func machine(deadline: Int? = nil) -> Machine {
    Machine(
      DetectionSchedule(bugs: ["a"], runs: 1, runsWithoutBug: 1), after: DetectionRecord(), deadline: deadline)
  }

  @Test func everyRunIsKeptAndTheReleaseComesBack() {
    var machine = machine()
    #expect(
      machine.handle(.began, at: 0) == [.note("[1/2] bug a, plan a"), .run(.init(bug: "a", plan: "a"))])
    #expect(machine.owed == 2)
    let first = run("a", alarms: ["lost-writes", "residue"])
    let kept = DetectionRecord(updatedAt: "noon", runs: [first])
    #expect(
      machine.handle(.ran(first, wasInterrupted: false, at: "noon"), at: 1) == [
        .keep(kept), .note("   a: caught by lost-writes, residue, first seen at 3 s, points to redis"),
        .note("[2/2] no bug, plan a"), .run(.init(bug: nil, plan: "a")),
      ])
    let second = run(nil)
    let whole = DetectionRecord(updatedAt: "later", runs: [first, second])
    #expect(
      machine.handle(.ran(second, wasInterrupted: false, at: "later"), at: 2)
        == [.keep(whole), .note("   no bug: holds")] + end)
    #expect(machine.owed == 0)
    #expect(machine.record == whole)
    #expect(machine.failure == nil)
  }

  @Test func nothingOwedOnlyRestores() {
    var machine = Machine(
      DetectionSchedule(bugs: ["a"], runs: 0, runsWithoutBug: 0), after: DetectionRecord(), deadline: nil)
    #expect(machine.handle(.began, at: 0) == end)
  }

  /// A run that has begun goes on; none begins at the deadline or after it.
  @Test(arguments: [(4, 2), (5, 0), (6, 0)]) func noRunBeginsAfterTheDeadline(now: Int, orders: Int) {
    var machine = machine(deadline: 5)
    let actions = machine.handle(.began, at: now)
    #expect(actions == (orders == 0 ? end : [.note("[1/2] bug a, plan a"), .run(.init(bug: "a", plan: "a"))]))
    #expect(machine.owed == 2)
    guard orders > 0 else { return }
    #expect(machine.handle(.ran(run("a"), wasInterrupted: false, at: ""), at: 5).suffix(2) == end[...])
    #expect(machine.owed == 1)
    #expect(machine.record.runs.count == 1)
  }

  @Test func anInterruptedRunIsNotKept() {
    var machine = machine()
    _ = machine.handle(.began, at: 0)
    #expect(machine.handle(.ran(run("a", alarms: ["x"]), wasInterrupted: true, at: ""), at: 1) == end)
    #expect(machine.failure == CommandError(.interrupted, "interrupted; the same command goes on"))
    #expect(machine.record.runs.isEmpty)
  }

  @Test func theReleaseComesBackOnceWhateverFails() {
    var machine = machine()
    _ = machine.handle(.began, at: 0)
    #expect(machine.handle(.failed, at: 1) == end)
    #expect(machine.handle(.failed, at: 2).isEmpty)
    #expect(machine.failure == nil)
  }
}
