import History
import Testing

/// Which completion belongs to which invocation.
struct PairingTests {
  private func event(
    _ process: Event.Process, _ kind: Event.Kind, at time: Int64, _ function: String = "put", level: String? = nil
  ) -> Event {
    // The index is not what counts: a part of a history keeps the numbers of the whole.
    Event(index: 7, timeNanoseconds: time, process: process, kind: kind, function: function, level: level)
  }

  @Test func aCompletionBelongsToTheOpenInvocationOfItsProcess() throws {
    let operations = Pairing.operations(of: [
      event(.client(0), .invoke, at: 10), event(.client(1), .invoke, at: 20), event(.client(0), .ok, at: 30),
      event(.client(0), .invoke, at: 40), event(.client(1), .fail, at: 50), event(.client(0), .info, at: 60),
    ])
    #expect(operations.map(\.number) == [0, 1, 2])
    #expect(operations.map(\.process) == [0, 1, 0])
    #expect(operations.map(\.invocation) == [0, 1, 3])
    #expect(operations.map(\.completion) == [2, 4, 5])
    #expect(operations.map(\.outcome) == [.ok, .failed, .unknown])
    #expect(operations.map(\.latencyNanoseconds) == [20, 30, 20])
  }

  @Test func whatHasNoCompletionIsUnknownAndHasNoEnd() throws {
    let open = try #require(Pairing.operations(of: [event(.client(0), .invoke, at: 10)]).first)
    #expect(open.outcome == .unknown)
    #expect(open.completion == nil && open.endedAtNanoseconds == nil && open.latencyNanoseconds == nil)
    #expect(open.calledAtNanoseconds == 10)
  }

  /// Each row is one stray event between an invocation and its completion, which still pair.
  @Test(
    arguments: [
      (Event.Process.nemesis, Event.Kind.info), (.nemesis, .invoke), (.client(1), .ok), (.client(1), .info),
    ])
  func aStrayEventIsNoOperation(process: Event.Process, kind: Event.Kind) {
    var pairing = Pairing()
    #expect(pairing.add(event(.client(0), .invoke, at: 1)) != .other)
    #expect(pairing.add(event(process, kind, at: 2)) == .other)
    guard case .completion(let operation) = pairing.add(event(.client(0), .ok, at: 3)) else {
      Issue.record("the completion found no invocation")
      return
    }
    #expect(operation.invocation == 0 && operation.completion == 2)
    #expect(pairing.add(event(.client(0), .ok, at: 4)) == .other, "it is complete already")
  }

  /// The checkers refuse such a history; measurements go on.
  @Test func anInvocationWhileAnotherIsOpenLeavesThatOneOpen() {
    let operations = Pairing.operations(of: [
      event(.client(0), .invoke, at: 1), event(.client(0), .invoke, at: 2), event(.client(0), .ok, at: 3),
    ])
    #expect(operations.map(\.outcome) == [.unknown, .ok])
    #expect(operations.map(\.completion) == [nil, 2])
  }

  @Test(
    arguments: [
      ("get", "final", true), ("get", "final-cache", true), ("operation", nil, true), ("get", "cache", false),
      ("put", "finally", false), ("put", nil, false), ("operations", nil, false),
    ] as [(String, String?, Bool)])
  func theFinalPhaseIsAuditsAndFinalReads(function: String, level: String?, isFinal: Bool) {
    let invocation = event(.client(0), .invoke, at: 1, function, level: level)
    #expect(invocation.isFinal == isFinal)
    // A completion may name another level, such as `pending`.
    let operations = Pairing.operations(of: [invocation, event(.client(0), .ok, at: 2, function, level: "pending")])
    #expect(operations.map(\.isFinal) == [isFinal])
  }

  @Test(arguments: [(Outcome.ok, Event.Kind.ok, "ok"), (.failed, .fail, "fail"), (.unknown, .info, "info")])
  func anOutcomeHasItsWordInTheHistory(outcome: Outcome, kind: Event.Kind, word: String) {
    #expect(Outcome(kind) == outcome && outcome.eventKind == kind && outcome.rawValue == word)
    #expect(kind.rawValue == word)
  }

  @Test func anInvocationSaysNothing() {
    #expect(Outcome(.invoke) == nil)
  }
}
