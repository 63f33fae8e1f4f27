import Testing

@testable import CapLedger

@Suite struct AnsweredShareTests {
  private func share(_ script: Script, from start: Double = 0, to end: Double = 4) -> Double? {
    AnsweredShare.of(TimedOperation.operations(of: script.events, record: .twoSides()), from: start, to: end)
  }

  @Test func secondsCountAlikeHoweverManyAskedInThem() {
    var script = Script()
    script.traffic(by: 0, from: 0, to: 1, firstValue: 1)
    script.put(100, .fail, by: 1, at: 2.5)
    #expect(share(script) == 0.5)
  }

  /// Of an operation that hangs, every second is one of silence, also if it is answered in the end.
  @Test(arguments: [(.info, 0.0), (.ok, 0.5)] as [(Script.Kind, Double)])
  func whoHangsIsNotServed(kind: Script.Kind, expected: Double) {
    var script = Script()
    script.put(1, kind, at: 0.5, to: 3.5)
    #expect(share(script) == expected)
  }

  @Test func anOperationThatIsNeverAnsweredIsOpenToTheEnd() {
    var script = Script()
    script.add(0, "put", .integer(1), key: "k", from: 0.5, to: nil)
    script.put(2, by: 1, at: 3.2)
    #expect(share(script) == 0.125)
  }

  /// A client that was answered only after the heal was not served under the fault, not even in the fault's last
  /// second.
  @Test(arguments: [4, 3.6]) func anAnswerAfterTheEndIsNone(end: Double) {
    var script = Script()
    script.put(1, at: 0.5, to: 4.2)
    #expect(share(script, to: end) == 0)
    #expect(share(script, from: 1, to: end) == 0)
  }

  @Test(arguments: [.ok, .info] as [Script.Kind]) func whoAskedTooLateForAnAnswerSaysNothing(kind: Script.Kind) {
    var script = Script()
    script.put(1, at: 0.5)
    script.put(2, kind, by: 1, at: 3.2, to: 4.1)
    #expect(share(script) == 1)
    #expect(share(script, from: 3) == nil)
  }

  /// A tier that has a conflict to report works; one that refuses for another reason does not.
  @Test(arguments: [("40001", 1.0), ("insufficient funds", 1), ("57P01", 0), (nil, 0)] as [(String?, Double)])
  func aConflictIsAnAnswer(error: String?, expected: Double) {
    var script = Script()
    script.add(0, "transfer", .integer(1), .fail, from: 1, to: 1.1)
    let events = script.events.map { event in
      var event = event
      if event.kind == .fail { event.error = error }
      return event
    }
    let operations = TimedOperation.operations(of: events, record: .twoSides())
    #expect(AnsweredShare.of(operations, from: 0, to: 4) == expected)
  }

  @Test func whatIsOutsideDoesNotCount() {
    var script = Script()
    script.put(1, .fail, at: 0.5)
    script.put(2, at: 2.5)
    script.put(3, .fail, at: 4.5)
    #expect(share(script, from: 2, to: 4) == 1)
    #expect(share(script, from: 3, to: 4) == nil)
    #expect(share(script, from: 4, to: 4) == nil)
  }
}
