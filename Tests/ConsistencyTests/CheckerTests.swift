import Foundation
import History
import Testing

@testable import Consistency

@Suite struct CheckerTests {
  /// A register of few values with long operations of unknown outcome: hard for any search.
  private static func hard(operations: Int) -> [Event] {
    var random = SeededGenerator(seed: 7)
    var events: [Event] = []
    for process in 0..<operations {
      let expected = Value.integer(Int64.random(in: 0..<6, using: &random))
      let new = Value.integer(Int64.random(in: 0..<6, using: &random))
      let isRead = process % 3 == 0
      events.append(
        Event(
          index: 0, timeNanoseconds: 0, process: .client(process), kind: .invoke, function: isRead ? "read" : "cas",
          value: isRead ? .null : .list([expected, new])))
    }
    for process in 0..<operations where process % 3 == 0 {
      events.append(
        Event(
          index: 0, timeNanoseconds: 0, process: .client(process), kind: .ok, function: "read",
          value: .integer(Int64.random(in: 0..<6, using: &random))))
    }
    return events
  }

  @Test(arguments: [200, 400])
  func theTimeLimitIsKept(milliseconds: Int) throws {
    let options = CheckOptions(timeout: .milliseconds(milliseconds))
    let start = ContinuousClock.now
    let report = try ConsistencyChecker(options: options).check(Self.hard(operations: 3000))
    let spent = ContinuousClock.now - start
    // A busy machine and the debug build need room; in the release build the limit is kept within a few milliseconds.
    #expect(spent < .milliseconds(milliseconds) + .seconds(2))
    if report.verdict == .unknown { #expect(report.keys.first?.note == Budget.Exhausted.time.rawValue) }
  }

  @Test func whatRanOutIsUnknownForThatKeyOnly() throws {
    var builder = HistoryBuilder()
    builder.put("a", key: "easy")
    builder.get("a", key: "easy")
    let hard = Self.hard(operations: 600).map { event in
      var event = event
      event.key = "hard"
      if case .client(let number) = event.process { event.process = .client(number + 100) }
      return event
    }
    let report = try ConsistencyChecker(options: CheckOptions(timeout: .milliseconds(150), threads: 1))
      .check(builder.events + hard)
    #expect(report.keys.first { $0.key == "easy" }?.verdict == .holds)
    #expect(report.keys.first { $0.key == "hard" }?.verdict != .holds)
  }

  @Test(arguments: [[Verdict.holds], [.holds, .unknown], [.unknown, .violated, .holds], []])
  func theWeightiestVerdictCounts(verdicts: [Verdict]) {
    let expected: Verdict = verdicts.contains(.violated) ? .violated : verdicts.contains(.unknown) ? .unknown : .holds
    #expect(Verdict(combining: verdicts) == expected)
    #expect(Verdict(combining: verdicts.reversed()) == expected)
  }

  @Test func aCompletionOutOfNowhereIsNoHistory() {
    let event = Event(index: 0, timeNanoseconds: 0, process: .client(1), kind: .ok, function: "get")
    #expect(throws: ConsistencyError.completionWithoutInvocation(index: 0, process: 1)) {
      try ConsistencyChecker().check([event])
    }
  }

  @Test func operationsOfNoModelAreUnknown() throws {
    let event = Event(index: 0, timeNanoseconds: 0, process: .client(1), kind: .invoke, function: "frobnicate")
    #expect(try ConsistencyChecker().check([event]).verdict == .unknown)
  }

  /// Leaving out any operation of a core, its writes then being free to happen at any time, has to leave no violation.
  @Test(arguments: 1...20)
  func coresAreMinimal(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let shape = RandomRegister(operations: 4...8, values: seed % 2 == 0 ? 3 : nil, casShare: 0.2, unknownShare: 0.1)
    for _ in 0..<60 {
      let ops = shape.make(&random)
      guard !NaiveRegister.isLinearizable(ops) else { continue }
      let finder = CoreFinder(count: ops.count, budget: Budget()) { kept in
        !NaiveRegister.isLinearizable(Self.forgetting(ops, but: kept))
      }
      let core = finder.minimize(Array(ops.indices))
      #expect(!NaiveRegister.isLinearizable(Self.forgetting(ops, but: core)))
      for left in core {
        #expect(NaiveRegister.isLinearizable(Self.forgetting(ops, but: core.filter { $0 != left })))
      }
    }
  }

  private static func forgetting(_ ops: [RegisterOp], but kept: [Int]) -> [RegisterOp] {
    let free = ops.indices.filter { !kept.contains($0) && (ops[$0].kind == .write || ops[$0].kind == .cas) }.map {
      index in
      var op = ops[index]
      (op.isCertain, op.call, op.ret) = (false, -1, Op.never)
      return op
    }
    return free + kept.map { ops[$0] }
  }

  @Test func aCoreIsDrawn() throws {
    var builder = HistoryBuilder()
    builder.put("a")
    builder.put("b")
    builder.get("a")
    let report = try ConsistencyChecker().check(builder.events)
    let lines = CoreDrawing(try #require(report.keys.first).core, width: 20).lines
    #expect(
      lines == [
        "process 0: put \"a\"    ├───┤                  0.000 … 1.000 ms",
        "process 0: put \"b\"            ├───┤          2.000 … 3.000 ms",
        "process 1: get → \"a\"                  ├───┤  4.000 … 5.000 ms",
      ])
  }
}
