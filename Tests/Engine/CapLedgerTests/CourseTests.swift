import History
import Testing

@testable import CapLedger

/// The requests of each side, second by second from the strike.
@Suite struct CourseTests {
  /// Struck at 10, traffic until 30. Process 0 stands on the first side, 1 on the second.
  private func measured(_ script: Script, struckAt: Double? = 10, endedAt: Double = 30) -> CapCell.Course? {
    let record = CapRecord.twoSides(struckAt: struckAt, endedAt: endedAt)
    return CapCell.Course(
      TimedOperation.operations(of: script.events, record: record), sides: 2, struckAt: struckAt, endedAt: endedAt)
  }

  private func course(_ script: Script, struckAt: Double? = 10, endedAt: Double) throws -> CapCell.Course {
    let course = measured(script, struckAt: struckAt, endedAt: endedAt)
    return try #require(course)
  }

  private func counts(_ count: Int, _ some: [Int: Int]) -> [Int] { (0..<count).map { some[$0] ?? 0 } }

  @Test func outcomesCountInTheSecondOfTheirEnd() throws {
    var script = Script()
    script.put(1, by: 0, at: 8.9, to: 9.1)
    script.put(2, .fail, by: 0, at: 10, to: 10.5)
    script.put(3, .info, by: 0, at: 11.2, to: 11.3)
    script.put(4, by: 1, at: 13.4, to: 13.5)
    let measured = try course(script, endedAt: 14)
    #expect(measured.firstSecond == -1)
    #expect(measured.sides[0].answered == counts(5, [0: 1]))
    #expect(measured.sides[0].refused == counts(5, [1: 1]))
    #expect(measured.sides[0].unanswered == counts(5, [2: 1]))
    #expect(measured.sides[1].answered == counts(5, [4: 1]))
    #expect(measured.sides[1].refused == counts(5, [:]) && measured.sides[1].unanswered == counts(5, [:]))
  }

  /// Called at 10.5 and answered at 14.2: silence in the seconds from 11 to 14.
  @Test(arguments: [(Event.Kind.ok, [0, 0, 0, 0, 1], [0, 1, 1, 1, 0]), (.info, [0, 0, 0, 0, 0], [0, 1, 1, 1, 1])])
  func whatHangsCountsInEachSecond(kind: Event.Kind, answered: [Int], unanswered: [Int]) throws {
    var script = Script()
    script.put(1, by: 1, at: 10, to: 10.1)
    script.put(2, kind, by: 0, at: 10.5, to: 14.2)
    let side = try course(script, endedAt: 15).sides[0]
    #expect(side.answered == answered)
    #expect(side.unanswered == unanswered)
  }

  @Test func whatIsNeverAnsweredHangsUntilTheEnd() throws {
    var script = Script()
    script.add(0, "get", key: "k", from: 10, to: nil)
    let side = try course(script, endedAt: 13.5).sides[0]
    #expect(side.unanswered == [1, 1, 1])
  }

  /// It ends after the traffic, and is open until then.
  @Test func whatEndsLateHangsUntilTheEnd() throws {
    var script = Script()
    script.put(1, by: 0, at: 10, to: 14)
    let side = try course(script, endedAt: 12).sides[0]
    #expect(side.unanswered == [1, 1] && side.answered == [0, 0])
  }

  /// From 0.4 to 14.6, struck at 10.25: whole seconds from 1.25 to 14.25.
  @Test func secondsThatAreNotFullAreLeftOut() throws {
    var script = Script()
    script.put(1, by: 0, at: 0.4, to: 0.5)
    script.put(2, by: 0, at: 1.3, to: 1.4)
    script.put(3, by: 0, at: 14.3, to: 14.4)
    let measured = try course(script, struckAt: 10.25, endedAt: 14.6)
    #expect(measured.firstSecond == -9)
    #expect(measured.sides[0].answered == counts(13, [0: 1]))
  }

  @Test func aRefusalByATierThatWorksIsAnAnswer() throws {
    var script = Script()
    script.put(1, .fail, by: 0, at: 10, to: 10.1)
    var events = script.events
    events[1].error = "40001"
    let operations = TimedOperation.operations(of: events, record: .twoSides())
    let course = CapCell.Course(operations, sides: 2, struckAt: 10, endedAt: 12)
    let side = try #require(course).sides[0]
    #expect(side.answered == [1, 0] && side.refused == [0, 0])
  }

  @Test func finalReadsAreNoTraffic() throws {
    var script = Script()
    script.put(1, by: 0, at: 10, to: 10.1)
    script.get(1, level: "final", at: 11)
    #expect(try course(script, endedAt: 12).sides[1].answered == [0, 0])
  }

  @Test func withoutAStrikeSecondsAreTheClocks() throws {
    var script = Script()
    script.put(1, by: 0, at: 2.5, to: 3.5)
    let measured = try course(script, struckAt: nil, endedAt: 5)
    #expect(measured.firstSecond == 3)
    #expect(measured.sides[0].answered == [1, 0])
  }

  @Test func noTrafficIsNoCourse() {
    #expect(measured(Script()) == nil)
    var script = Script()
    script.put(1, by: 0, at: 29.5, to: 29.6)
    #expect(measured(script) == nil)
  }

  // MARK: - Files may hold anything

  @Test func aCourseThatIsNotTheCellsDoesNotFit() {
    let good = CapCell.Course.example
    #expect(good.fits(sides: 2))
    #expect(!good.fits(sides: 1))
    var short = good
    short.sides[1].refused.removeLast()
    var negative = good
    negative.sides[0].answered[3] = -1
    var huge = good
    huge.sides[0].unanswered[0] = .max
    var far = good
    far.firstSecond = .min
    let empty = CapCell.Course(
      firstSecond: 0,
      sides: [CapCell.Course.Side](repeating: .init(answered: [], refused: [], unanswered: []), count: 2))
    for bad in [short, negative, huge, far, empty] { #expect(!bad.fits(sides: 2)) }
  }
}
