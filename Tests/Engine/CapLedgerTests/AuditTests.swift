import History
import Testing

@testable import CapLedger

/// Lost, stale, duplicate, out of order, a wrong sum: each on a history with it and on its neighbour without.
@Suite struct AuditTests {
  private func operations(_ script: Script, _ record: CapRecord = .twoSides()) -> [TimedOperation] {
    TimedOperation.operations(of: script.events, record: record)
  }

  // MARK: - Registers

  private func register(_ script: Script) -> AuditResult { RegisterAudit.run(operations(script), sides: 2) }

  @Test(arguments: [(Int64(2), 0), (1, 1)]) func aWriteIsLostIfAnOlderOneIsThereAtTheEnd(final: Int64, lost: Int) {
    var script = Script()
    script.put(1, by: 0, at: 1)
    script.put(2, by: 1, at: 2)
    script.get(final, level: "final", at: 3)
    let result = register(script)
    #expect(result.sides.map(\.lost) == [0, lost])
    #expect(result.sides.map(\.examined) == [1, 1])
    #expect(result.sides.map(\.acknowledged) == [1, 1])
  }

  /// Concurrent writes may take effect in either order, one of unknown outcome at any later time.
  @Test(arguments: [(Event.Kind.ok, 1.05, 0), (.ok, 1.2, 1), (.info, 1.2, 0)])
  func onlyWhatWasCalledAfterCanBeLost(firstKind: Event.Kind, secondAt: Double, lost: Int) {
    var script = Script()
    script.put(1, firstKind, by: 0, at: 1)
    script.put(2, by: 1, at: secondAt)
    script.get(1, level: "final", at: 3)
    #expect(register(script).sides[1].lost == lost)
  }

  @Test func absentAtTheEndMeansThatAllIsLost() {
    var script = Script()
    script.put(1, by: 0, at: 1)
    script.put(2, by: 0, at: 2)
    script.get(nil, level: "final", at: 3)
    #expect(register(script).sides[0].lost == 2)
  }

  @Test func withoutAFinalReadNobodyLooked() {
    var script = Script()
    script.put(1, by: 0, at: 1)
    script.get(nil, .fail, level: "final", at: 3)
    let result = register(script)
    #expect(result.sides[0].examined == 0 && result.sides[0].acknowledged == 1)
    #expect(result.notes == ["no final read of k was answered"])
  }

  /// The age counts from the acknowledgement of the write that made the value old, the first of several.
  @Test(arguments: [(2.05, 0, nil as Double?), (2.5, 1, 0.4), (4, 1, 1.9)])
  func aReadIsStaleIfItsValueWasReplacedBefore(readAt: Double, stale: Int, age: Double?) throws {
    var script = Script()
    script.put(1, by: 1, at: 1)
    script.put(2, by: 1, at: 2)
    script.put(3, by: 1, at: 3)
    script.get(1, by: 0, at: readAt)
    let side = register(script).sides[0]
    #expect(side.stale == stale && side.reads == 1)
    #expect((side.stalest == nil) == (age == nil))
    if let age { #expect(abs(try #require(side.stalest) - age) < 1e-6) }
  }

  @Test(arguments: [(Event.Kind.ok, 1), (.info, 0), (.fail, 0)])
  func onlyAnAcknowledgedWriteMakesAValueOld(kind: Event.Kind, stale: Int) {
    var script = Script()
    script.put(1, by: 1, at: 1)
    script.put(2, kind, by: 1, at: 2)
    script.get(1, by: 0, at: 3)
    #expect(register(script).sides[0].stale == stale)
  }

  @Test func aKeyThatReadsAsAbsentAfterItsWriteIsStale() {
    var script = Script()
    script.get(nil, by: 0, at: 0.5)
    script.put(1, by: 1, at: 1)
    script.get(nil, by: 0, at: 2)
    #expect(register(script).sides[0].stale == 1)
  }

  @Test(arguments: [(Event.Kind.ok, Int64(1), 0), (.info, 1, 0), (.fail, 1, 1), (.ok, 9, 1)])
  func whatNobodyWroteOrWhatWasRefusedIsInvented(kind: Event.Kind, read: Int64, invented: Int) {
    var script = Script()
    script.put(1, kind, by: 1, at: 1)
    script.get(read, by: 0, at: 2)
    #expect(register(script).sides[0].invented == invented)
  }

  /// The client that reads at the end is on no side, and its reads count.
  @Test func whatTheFinalReadInventsCounts() {
    var script = Script()
    script.put(1, .fail, by: 1, at: 1)
    script.get(1, by: 90, level: "final", at: 2)
    #expect(register(script).rest.invented == 1)
  }

  @Test func keysAreApart() {
    var script = Script()
    script.put(1, by: 1, key: "a", at: 1)
    script.put(2, by: 1, key: "b", at: 2)
    script.get(1, by: 0, key: "a", at: 3)
    script.get(1, by: 0, key: "a", level: "final", at: 4)
    script.get(2, by: 0, key: "b", level: "final", at: 5)
    let result = register(script)
    #expect(result.sides.map(\.lost) == [0, 0])
    #expect(result.sides[0].stale == 0)
  }

  // MARK: - Sets

  private func list(_ values: Int64...) -> Value { .list(values.map(Value.integer)) }

  @Test func anAcknowledgedElementHasToBeThereAtTheEnd() {
    var script = Script()
    script.add(0, "add", .integer(1), from: 1, to: 1.1)
    script.add(0, "add", .integer(2), from: 2, to: 2.1)
    script.add(1, "add", .integer(3), .info, from: 2, to: 2.1)
    script.add(1, "add", .integer(4), .fail, from: 3, to: 3.1)
    script.add(101, "read", output: list(1), from: 4, to: 4.1)
    script.add(101, "read", output: list(2, 3, 4), level: "final", from: 5, to: 5.1)
    let result = SetAudit.run(operations(script), sides: 2)
    #expect(result.sides[0].lost == 1 && result.sides[0].examined == 2)
    // The first read lacks 2, acknowledged 1.9 s before; the last has 4, which was refused.
    #expect(result.sides[1].stale == 1 && result.sides[1].reads == 1)
    #expect(abs((result.sides[1].stalest ?? 0) - 1.9) < 1e-6)
    #expect(result.sides[1].invented == 1)
  }

  @Test func aSetThatIsWholeHasNothingToReport() {
    var script = Script()
    script.add(0, "add", .integer(1), from: 1, to: 1.1)
    script.add(1, "read", output: list(), from: 1.05, to: 1.2)
    script.add(1, "read", output: list(1), level: "final", from: 5, to: 5.1)
    let sides = SetAudit.run(operations(script), sides: 2).sides
    #expect(sides.map(\.lost) == [0, 0] && sides.map(\.stale) == [0, 0] && sides.map(\.invented) == [0, 0])
  }

  @Test func aSetThatNobodyReadAtTheEndIsNotAudited() {
    var script = Script()
    script.add(0, "add", .integer(1), from: 1, to: 1.1)
    let result = SetAudit.run(operations(script), sides: 2)
    #expect(result.sides[0].examined == 0)
    #expect(result.notes == ["no final read was answered"])
  }

  // MARK: - Queues

  /// Enqueues 1, 2, 3, one after another, by process 0.
  private func queue(out: [Int64], unanswered: Int = 0, isDrained: Bool = true) -> AuditResult {
    var script = Script()
    for value in 1...3 as ClosedRange<Int64> {
      script.add(0, "enqueue", .integer(value), from: Double(value), to: Double(value) + 0.1)
    }
    for (place, value) in out.enumerated() {
      script.add(1, "dequeue", output: .integer(value), from: 5 + Double(place), to: 5.1 + Double(place))
    }
    for number in 0..<unanswered { script.add(201 + number * 100, "dequeue", .null, .info, from: 15, to: 16) }
    if isDrained { script.add(1, "dequeue", output: .null, level: "final", from: 20, to: 20.1) }
    return QueueAudit.run(operations(script), sides: 2)
  }

  @Test(
    arguments: [
      ([1, 2, 3], 0, 0, 0), ([1, 2, 2, 3], 0, 1, 0), ([1, 3, 2], 0, 0, 1), ([3, 1, 2], 0, 0, 2), ([1, 3], 1, 0, 0),
      ([], 3, 0, 0), ([1, 2, 3, 1, 1], 0, 2, 0),
    ] as [([Int64], Int, Int, Int)])
  func aQueueLosesRepeatsAndReorders(out: [Int64], lost: Int, duplicates: Int, outOfOrder: Int) {
    let result = queue(out: out)
    #expect(result.sides[0].lost == lost)
    #expect(result.duplicates == duplicates)
    #expect(result.outOfOrder == outOfOrder)
    #expect(result.sides[0].examined == 3)
    #expect(result.sides[1].invented == 0)
  }

  @Test func anElementThatNobodyEnqueuedIsInvented() {
    #expect(queue(out: [1, 2, 3, 9]).sides[1].invented == 1)
  }

  /// Messages without a consumer that holds them are not acknowledged, and are delivered again.
  @Test func aDequeueWithoutAnAnswerHasTakenNothing() {
    let result = queue(out: [2], unanswered: 3)
    #expect(result.sides[0].lost == 2 && result.sides[0].examined == 3)
    #expect(queue(out: [1, 2, 3], unanswered: 1).sides[0].lost == 0)
  }

  @Test func aQueueThatWasNotDrainedIsNotAudited() {
    let result = queue(out: [1], isDrained: false)
    #expect(result.sides[0].lost == 0 && result.sides[0].examined == 0)
    #expect(result.notes == ["the queue was not found empty at the end"])
  }

  // MARK: - Banks

  @Test func everyReadOfABankHasTheSameSum() {
    var script = Script()
    script.add(0, "transfer", list(0, 1, 5), from: 1, to: 1.1)
    script.add(1, "read", output: list(15, 5), from: 2, to: 2.1)
    script.add(1, "read", output: list(10, 5), from: 3, to: 3.1)
    script.add(0, "read", .null, .info, output: list(1, 1), from: 4, to: 4.1)
    script.add(90, "read", output: list(0, 21), level: "final", from: 5, to: 5.1)
    let result = BankAudit.run(operations(script), sides: 2, total: 20)
    let sides = result.sides
    #expect(result.rest.sums == 1 && result.rest.wrongSums == 1)
    #expect(sides[1].sums == 2 && sides[1].wrongSums == 1)
    #expect(sides[0].sums == 0 && sides[0].acknowledged == 1)
  }

  @Test func aBankOfUnknownTotalIsNotAudited() {
    var script = Script()
    script.add(1, "read", output: list(15, 5), from: 2, to: 2.1)
    let result = BankAudit.run(operations(script), sides: 2, total: nil)
    #expect(result.sides[1].sums == 0 && result.notes.count == 1)
  }
}
