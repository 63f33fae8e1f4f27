import Consistency
import History
import Testing

@testable import CapLedger

/// From a record and its history to a cell.
@Suite struct CellJudgeTests {
  /// Struck at 10, healed at 22, traffic until 30. The minority (process 0) is refused from 12 to the heal, the
  /// majority (process 1) gets no answer for three seconds.
  private func failover() -> Script {
    var script = Script()
    script.traffic(by: 0, from: 0, to: 12, firstValue: 1_000)
    script.traffic(by: 0, .fail, from: 12, to: 22, firstValue: 2_000)
    script.traffic(by: 0, from: 22, to: 30, firstValue: 3_000)
    script.traffic(by: 1, from: 0, to: 10, firstValue: 4_000)
    script.traffic(by: 1, .info, from: 10, to: 13, firstValue: 5_000)
    // 30 unknown outcomes before.
    script.traffic(by: 3_001, from: 13, to: 30, firstValue: 6_000)
    script.get(6_169, by: 0, level: "final", at: 31)
    return script
  }

  @Test func aCellCountsAnswersByTheTimeOfTheirCall() throws {
    let cell = try CellJudge(.twoSides(), events: failover().events).cell()
    let minority = cell.sides[0]
    #expect(minority.before == CapCell.Answers(ok: 100))
    #expect(minority.during == CapCell.Answers(ok: 20, refused: 100))
    #expect(minority.after == CapCell.Answers(ok: 80))
    #expect(cell.sides[1].during == CapCell.Answers(ok: 90, unknown: 30))
    #expect(cell.problems.isEmpty)
    #expect(cell.secondsOfFault == 12)
  }

  @Test func sharesAreOfTheFaultAndOfItsEnd() throws {
    let sides = try CellJudge(.twoSides(), events: failover().events).cell().sides
    #expect(sides[0].settledShare == 0 && sides[1].settledShare == 1)
    #expect(abs((sides[0].answeredShare ?? 0) - 2.0 / 12) < 0.01)
    #expect(abs((sides[1].answeredShare ?? 0) - 9.0 / 12) < 0.01)
  }

  /// A cut is healed node by node: clients that are served meanwhile are not served under the cut.
  @Test func aFaultLastsUntilItsHealBegins() throws {
    let record = CapRecord.twoSides(healBeganAt: 20, healedAt: 23)
    var script = Script()
    script.traffic(by: 0, from: 0, to: 10, firstValue: 1_000)
    script.traffic(by: 0, .fail, from: 10, to: 20, firstValue: 2_000)
    script.traffic(by: 0, from: 20, to: 30, firstValue: 3_000)
    script.traffic(by: 1, from: 0, to: 30, firstValue: 4_000)
    let cell = try CellJudge(record, events: script.events).cell()
    #expect(cell.sides[0].settledShare == 0 && cell.sides[0].answeredShare == 0)
    #expect(cell.sides[0].during == CapCell.Answers(refused: 100))
    #expect(cell.sides[0].after == CapCell.Answers(ok: 100))
    #expect(cell.secondsOfFault == 10)
  }

  @Test func recoveryIsOfASideAndFromBothEnds() throws {
    let sides = try CellJudge(.twoSides(), events: failover().events).cell().sides
    #expect(sides[1].recovery == 3)
    #expect(sides[1].recoveryAfterHeal == 0)
    // The minority waits for the heal: refused until then.
    #expect(sides[0].recovery == 12)
    #expect(sides[0].recoveryAfterHeal == 0)
  }

  @Test func aSideThatDoesNotComeBackHasNoRecovery() throws {
    var script = Script()
    script.traffic(by: 0, from: 0, to: 30, firstValue: 1_000)
    script.traffic(by: 1, from: 0, to: 10, firstValue: 4_000)
    script.traffic(by: 1, .fail, from: 10, to: 30, firstValue: 5_000)
    let cell = try CellJudge(.twoSides(), events: script.events).cell()
    #expect(cell.sides[1].recovery == nil && cell.sides[1].recoveryAfterHeal == nil)
    #expect(cell.sides[0].recovery == 0)
    #expect(cell.isOverPromise)
  }

  @Test func theTimelineShowsStrikeHealAndSilence() throws {
    let sides = try CellJudge(.twoSides(), events: failover().events).cell().sides
    #expect(sides[0].timeline == "██████████│██xxxxxxxxxx│████████")
    #expect(sides[1].timeline == "██████████│???█████████│████████")
  }

  // MARK: - Order

  /// A stale read by the clients of one side, on the level `cache`, which promises nothing: it counts all the same.
  @Test(arguments: [nil, "cache"] as [String?])
  func whatClientsSeeCountsNotWhatTheyWerePromised(level: String?) throws {
    var script = failover()
    script.put(7_000, by: 301, key: "j", at: 14)
    script.put(7_001, by: 301, key: "j", at: 15)
    script.get(7_000, by: 200, key: "j", level: level, at: 16)
    script.get(7_001, by: 0, key: "j", level: "final", at: 31.5)
    let cell = try CellJudge(.twoSides(), events: script.events).cell()
    #expect(cell.staleReads == 1 && cell.sides[0].staleReads == 1)
    #expect(cell.stalestSeconds == 0.9)
    #expect(cell.linearizable == .violated)
    #expect(cell.consistency == .violated)
    let counterexample = try #require(cell.counterexample)
    #expect(counterexample[0].hasPrefix("j: "))
    #expect(counterexample.contains { $0.hasPrefix("process 301: put 7001") })
    #expect(counterexample.contains { $0.hasPrefix("process 200: get → 7000") })
  }

  @Test func withoutAStaleReadItIsLinearizable() throws {
    let cell = try CellJudge(.twoSides(), events: failover().events).cell()
    #expect(cell.linearizable == .holds && cell.counterexample == nil)
    #expect(cell.consistency == .holds)
  }

  /// What is lost shows in the final read, which is part of the order.
  @Test func aLostWriteIsNoOrderEither() throws {
    var script = failover()
    script.put(7_000, by: 301, key: "j", at: 14)
    script.get(nil, by: 0, key: "j", level: "final", at: 31.5)
    let cell = try CellJudge(.twoSides(), events: script.events).cell()
    #expect(cell.lostWrites == 1 && cell.sides[1].lostWrites == 1)
    #expect(cell.linearizable == .violated)
  }

  @Test(arguments: [([1, 2], Verdict.holds), ([1], .violated)] as [([Int64], Verdict)])
  func aSetIsHeldToOrderToo(final: [Int64], verdict: Verdict) throws {
    var script = Script()
    for value in [1, 2] as [Int64] {
      script.add(0, "add", .integer(value), from: Double(value), to: Double(value) + 0.1)
    }
    script.add(1, "read", output: .list(final.map(Value.integer)), level: "final", from: 31, to: 31.1)
    let cell = try CellJudge(.twoSides(workload: .set), events: script.events).cell()
    #expect(cell.linearizable == verdict)
    #expect(cell.lostWrites == 2 - final.count)
  }

  @Test func aQueueHasCountsInPlaceOfAnOrder() throws {
    var script = Script()
    script.add(0, "enqueue", .integer(1), from: 1, to: 1.1)
    script.add(1, "dequeue", output: .integer(1), from: 2, to: 2.1)
    script.add(1, "dequeue", output: .integer(1), from: 3, to: 3.1)
    script.add(1, "dequeue", output: .null, level: "final", from: 31, to: 31.1)
    let cell = try CellJudge(.twoSides(tier: "rabbitmq", workload: .queue), events: script.events).cell()
    #expect(cell.linearizable == nil && cell.duplicates == 1 && cell.outOfOrder == 0)
    #expect(cell.consistency == .holds)
  }

  @Test func aCellKeepsItsSecondsFromTheStrikeOn() throws {
    let cell = try CellJudge(.twoSides(), events: failover().events).cell()
    let course = try #require(cell.course)
    #expect(course.firstSecond == -10)
    func stretch(_ count: Int, of value: Int) -> [Int] { [Int](repeating: value, count: count) }
    #expect(course.sides[0].answered == stretch(12, of: 10) + stretch(10, of: 0) + stretch(8, of: 10))
    #expect(course.sides[0].refused == stretch(12, of: 0) + stretch(10, of: 10) + stretch(8, of: 0))
    #expect(course.sides[1].unanswered == stretch(10, of: 0) + stretch(3, of: 10) + stretch(17, of: 0))
  }

  // MARK: - Doubts

  @Test func aFaultThatDidNotStrikeIsAProblem() throws {
    let cell = try CellJudge(.twoSides(struckAt: nil, healedAt: nil), events: failover().events).cell()
    #expect(cell.problems == ["the fault did not strike"])
  }

  @Test func aSideThatWasNotWellBeforeIsAProblem() throws {
    var script = Script()
    script.traffic(by: 0, .fail, from: 0, to: 9, firstValue: 1_000)
    script.traffic(by: 0, from: 9, to: 30, firstValue: 2_000)
    script.traffic(by: 1, from: 0, to: 10, firstValue: 4_000)
    let cell = try CellJudge(.twoSides(), events: script.events).cell()
    #expect(
      cell.problems == [
        "the side minority was not well before the strike: answered 33.33 %",
        "no client on the side majority called during the fault",
      ])
  }

  /// Clients whose container ended in the middle of the fault were not refused: no label may rest on it.
  @Test func aSideThatStoppedCallingIsAProblem() throws {
    var script = Script()
    script.traffic(by: 0, from: 0, to: 15, firstValue: 1_000)
    script.traffic(by: 1, from: 0, to: 30, firstValue: 4_000)
    let cell = try CellJudge(.twoSides(), events: script.events).cell()
    #expect(cell.problems == ["no client on the side minority called at the end of the fault"])
  }

  @Test func theRecordsOwnProblemsStay() throws {
    var record = CapRecord.twoSides()
    record.problems = ["the heal took three tries"]
    #expect(try CellJudge(record, events: failover().events).cell().problems == ["the heal took three tries"])
  }
}
