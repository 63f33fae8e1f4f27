import Consistency
import Testing

@testable import Detection

@Suite struct DetectionScheduleTests {
  private func run(_ bug: String?, _ plan: String, _ verdict: Verdict = .violated) -> DetectionRecord.Run {
    DetectionRecord.Run(
      bug: bug, plan: plan, seed: 1, verdict: verdict, alarms: [], firstSeenAt: nil, secondsLong: 1, culprit: nil,
      folder: "detect/\(plan)/1")
  }

  @Test func aNewDetectionOwesEverythingBugByBug() {
    let schedule = DetectionSchedule(bugs: ["a", "b"], runs: 2, runsWithoutBug: 3)
    let steps = schedule.remaining(after: DetectionRecord())
    #expect(steps.map(\.bug) == ["a", "a", "b", "b", nil, nil, nil])
    #expect(steps.map(\.plan) == ["a", "a", "b", "b", "a", "b", "a"])
  }

  @Test func whatWasRunIsNotRunAgain() {
    let schedule = DetectionSchedule(bugs: ["a", "b"], runs: 2, runsWithoutBug: 3)
    let record = DetectionRecord(
      runs: [run("a", "a"), run("a", "a"), run("b", "b"), run(nil, "b", .holds), run(nil, "b", .holds)])
    let steps = schedule.remaining(after: record)
    #expect(steps == [.init(bug: "b", plan: "b"), .init(bug: nil, plan: "a")])
  }

  @Test func moreThanWasAskedForOwesNothing() {
    let schedule = DetectionSchedule(bugs: ["a"], runs: 1, runsWithoutBug: 0)
    #expect(schedule.remaining(after: DetectionRecord(runs: [run("a", "a"), run("a", "a")])).isEmpty)
  }

  @Test func runsOfOtherBugsCountForNothing() {
    let schedule = DetectionSchedule(bugs: ["a"], runs: 1, runsWithoutBug: 1)
    let record = DetectionRecord(runs: [run("b", "b"), run(nil, "b", .holds)])
    #expect(schedule.remaining(after: record) == [.init(bug: "a", plan: "a"), .init(bug: nil, plan: "a")])
  }

  @Test func theGoalIsNineOfTen() {
    let nine = Array(repeating: run("a", "a"), count: 9) + [run("a", "a", .holds)]
    #expect(DetectionVerdict(DetectionRecord(runs: nine), bugs: ["a"]).isReached)
    let eight = Array(repeating: run("a", "a"), count: 8) + [run("a", "a", .holds), run("a", "a", .unknown)]
    #expect(DetectionVerdict(DetectionRecord(runs: eight), bugs: ["a"]).escaped == ["a"])
  }

  @Test func anAlarmWithoutABugIsNoSuccess() {
    let record = DetectionRecord(runs: [run("a", "a"), run(nil, "a")])
    #expect(DetectionVerdict(record, bugs: ["a"]).falseAlarms == ["a"])
  }
}
