import Foundation
import History
import Randomness
import Testing

@testable import Consistency

@Suite struct CheckerTests {
  /// A register of few values with many a compare-and-set of unknown outcome: every read may be explained in more ways
  /// than a search can hold.
  private static func hard() -> [Event] {
    var random = SplitMix64(scattering: 7)
    var events: [Event] = []
    func add(_ process: Int, _ kind: Event.Kind, _ function: String, _ value: Value) {
      events.append(
        Event(
          index: 0, timeNanoseconds: 0, process: .client(process), kind: kind, function: function, key: "hard",
          value: value))
    }
    func any() -> Value { .integer(Int64.random(in: 0..<6, using: &random)) }
    for kind in [Event.Kind.invoke, .ok] { add(100, kind, "write", .integer(0)) }
    for process in 101..<300 { add(process, .invoke, "cas", .list([any(), any()])) }
    for _ in 0..<40 {
      add(100, .invoke, "read", .null)
      add(100, .ok, "read", any())
    }
    return events
  }

  /// Without the limit the search goes on for longer than a test may take. How exactly it is kept, `make bench`
  /// measures.
  @Test(.timeLimit(.minutes(10)), arguments: [500, 1000])
  func aSearchEndsAtTheTimeLimit(milliseconds: Int) throws {
    let options = CheckOptions(timeout: .milliseconds(milliseconds))
    let report = try ConsistencyChecker(options: options).check(Self.hard())
    #expect(report.verdict == .unknown)
    #expect(report.keys.first?.note == Budget.Exhausted.time.rawValue)
    // What needs no search is decided all the same.
    for check in report.checks where check.check != .linearizability { #expect(check.verdict == .holds, "\(check)") }
  }

  @Test(.timeLimit(.minutes(10))) func whatRanOutIsUnknownForThatKeyOnly() throws {
    var builder = HistoryBuilder()
    builder.put("a", key: "easy")
    builder.get("a", key: "easy")
    let report = try ConsistencyChecker(options: CheckOptions(timeout: .milliseconds(1000), threads: 1))
      .check(builder.events + Self.hard())
    #expect(report.keys.first { $0.key == "easy" }?.verdict == .holds)
    #expect(report.keys.first { $0.key == "hard" }?.verdict == .unknown)
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
    var random = SplitMix64(scattering: UInt64(seed))
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

  /// Long values are cut in the middle; what says nothing (the answer of an acquisition, times that are not known) is
  /// not drawn.
  @Test func aDrawingFitsATerminal() {
    func operation(_ index: Int, _ function: String, input: String?, output: String?) -> Consistency.Operation {
      Operation(
        index: index, completionIndex: index + 1, callNanoseconds: 0, process: 1, function: function, input: input,
        output: output, outcome: .ok)
    }
    let text = (0..<40).map { "x\($0)" }.joined()
    let lines = CoreDrawing(
      [operation(0, "append", input: text, output: nil), operation(2, "get", input: nil, output: text)], width: 20
    ).lines
    #expect(
      lines == [
        "process 1: append x0x1x2x3x4…x31x32x33x34x35x36x37x38x39  ├─────┤",
        "process 1: get → x0x1x2x3x4x…x31x32x33x34x35x36x37x38x39               ├──────┤",
      ])
  }
}
