import ChaosPlan
import Faults
import Testing

@testable import Orchestrator

/// A strike with a clock in hand: what it orders, in words.
private struct StrikeBench {
  var machine: StrikeMachine
  var now = Duration.zero

  init(_ selector: Selector = Selector(tier: .redis), isOptional: Bool = false) {
    machine = StrikeMachine(.planned(.pause, selector, isOptional: isOptional))
  }

  mutating func handle(_ event: StrikeMachine.Event) -> [String] {
    now += .seconds(1)
    return machine.handle(event, at: now).map { action in
      switch action {
      case .aim(let pause): "aim after \(pause)"
      case .inject(let aim): "inject \(aim.targets.map(\.node).joined(separator: ","))"
      case .lookForLosses: "look"
      case .heal: "heal"
      case .note(let note): "note \(note.event.rawValue)\(note.message.map { ": \($0)" } ?? "")"
      case .tell(let outcome): "tell \(outcome)"
      }
    }
  }

  /// A strike in effect since second 3.
  static func inEffect() -> StrikeBench {
    var bench = StrikeBench()
    _ = bench.handle(.ordered)
    _ = bench.handle(.aimed(aim(), refusal: nil))
    _ = bench.handle(.injected(injection))
    return bench
  }

  static func aim(sides: [PartitionSide: Set<String>] = [:]) -> Aim {
    Aim(
      fault: PauseFault(), targets: [.init(node: "redis-1", container: "p-redis-1", role: "master")], sides: sides)
  }

  static let target = FaultTarget(node: "redis-1", container: "p-redis-1")
  static let injection = Injection(
    kind: .pause, entries: [LedgerEntry(id: "1", undo: Undo(kind: .pause, target: target), time: "")])
}

@Suite struct StrikeMachineTests {
  @Test func fromItsOrderToItsHeal() {
    var bench = StrikeBench()
    #expect(bench.handle(.ordered) == ["aim after 0.0 seconds"])
    #expect(bench.machine.nodesStruck.isEmpty)
    #expect(bench.machine.shortName == "pause redis")
    #expect(bench.handle(.aimed(StrikeBench.aim(), refusal: nil)) == ["note struck", "inject redis-1"])
    // A node that is about to be struck counts as struck.
    #expect(bench.machine.nodesStruck == ["redis-1"])
    #expect(bench.handle(.injected(StrikeBench.injection)) == ["note in-effect", "tell inEffect"])
    #expect(bench.machine.nodesStruck == ["redis-1"])
    #expect(bench.machine.shortName == "pause redis-1")
    #expect(bench.handle(.healDue) == ["look"])
    #expect(bench.handle(.lost([])) == ["note heal-ordered", "heal"])
    // A node that is still coming back counts as struck.
    #expect(bench.machine.nodesStruck == ["redis-1"])
    #expect(bench.handle(.healEnded(HealReport(), lost: [])) == ["note healed"])
    #expect(bench.machine.nodesStruck.isEmpty)
    let report = bench.machine.report
    #expect([report.struckAt, report.inEffectAt, report.healOrderedAt, report.healedAt] == [2, 3, 5, 6])
    #expect(report.problems.isEmpty && report.notHealed == nil && report.endedEarly == nil && report.skipped == nil)
    #expect(bench.handle(.healDue).isEmpty)
  }

  @Test(arguments: [(nil, 5), (PartitionSide.minority, 60)] as [(PartitionSide?, Int)])
  func itsNodesAreLookedForSeveralTimes(side: PartitionSide?, looks: Int) {
    for isOptional in [false, true] {
      var bench = StrikeBench(Selector(tier: .redis, side: side), isOptional: isOptional)
      _ = bench.handle(.ordered)
      for _ in 1..<looks { #expect(bench.handle(.noTarget(reason: "none")) == ["aim after 0.5 seconds"]) }
      let word = isOptional ? "skipped" : "failed"
      #expect(bench.handle(.noTarget(reason: "none")) == ["note \(word): none", "tell \(word)(\"none\")"])
      #expect(bench.machine.report.skipped == (isOptional ? "none" : nil))
      #expect(bench.machine.report.problems == (isOptional ? [] : ["none"]))
    }
  }

  @Test func aLookThatSucceedsEndsTheSearch() {
    var bench = StrikeBench()
    _ = bench.handle(.ordered)
    for _ in 1..<5 { _ = bench.handle(.noTarget(reason: "none")) }
    #expect(bench.handle(.aimed(StrikeBench.aim(), refusal: nil)).last == "inject redis-1")
  }

  /// A refusal leaves the nodes in the report, and no time of a strike.
  @Test(arguments: [false, true]) func aRefusedStrikeDoesNothing(isOptional: Bool) {
    var bench = StrikeBench(isOptional: isOptional)
    _ = bench.handle(.ordered)
    let word = isOptional ? "skipped" : "failed"
    #expect(
      bench.handle(.aimed(StrikeBench.aim(), refusal: "a majority"))
        == ["note \(word): a majority", "tell \(word)(\"a majority\")"])
    #expect(bench.machine.report.targets.map(\.node) == ["redis-1"])
    #expect(bench.machine.report.struckAt == nil)
    #expect(bench.handle(.healDue).isEmpty)
  }

  @Test(
    arguments: [
      (false, true, [], "failed"), (true, true, [], "skipped"), (true, false, [], "failed"),
      (true, false, ["rules"], "failed"),
    ] as [(Bool, Bool, [String], String)])
  func anInjectionThatFails(isOptional: Bool, isRefusal: Bool, left: [String], word: String) {
    var bench = StrikeBench(isOptional: isOptional)
    _ = bench.handle(.ordered)
    _ = bench.handle(.aimed(StrikeBench.aim(), refusal: nil))
    let failure = StrikeMachine.Failure(message: "no", isRefusal: isRefusal, left: left)
    #expect(bench.handle(.failed(failure)) == ["note \(word): no", "tell \(word)(\"no\")"])
    #expect(bench.machine.report.notHealed == (left.isEmpty ? nil : left))
    #expect((bench.machine.report.struckAt == nil) == (word == "skipped"))
    #expect(bench.machine.nodesStruck.isEmpty)
  }

  @Test func aFaultThatIsRefusedAfterPartOfItWasInjectedIsNoRefusal() {
    let left = HealFailure(undo: Undo(kind: .pause, target: StrikeBench.target), message: "no engine")
    #expect(StrikeMachine.Failure(FaultError(code: .notInjectable, message: "x")).isRefusal)
    let failure = StrikeMachine.Failure(FaultError(code: .notInjectable, message: "x", healFailures: [left]))
    #expect(!failure.isRefusal)
    #expect(failure.left == ["pause of redis-1: no engine"])
    #expect(!StrikeMachine.Failure(FaultError(code: .notEffective, message: "x")).isRefusal)
    #expect(!StrikeMachine.Failure(CancellationError()).isRefusal)
  }

  @Test func earlyEndsAreNotedBeforeAndDuringTheHeal() {
    var bench = StrikeBench.inEffect()
    _ = bench.handle(.healDue)
    #expect(
      bench.handle(
        .lost([.init(message: "it runs", isOwnDoing: false), .init(message: "it is down", isOwnDoing: true)])) == [
          "note ended-early: not in effect until its heal: it runs",
          "note ended-early: not in effect until its heal: it is down (another fault of this run)",
          "note heal-ordered", "heal",
        ])
    #expect(
      bench.handle(.healEnded(HealReport(), lost: [.init(message: "it stopped", isOwnDoing: false)]))
        == ["note ended-early: not in effect until its heal: it stopped", "note healed"])
    #expect(bench.machine.report.endedEarly == ["it runs", "it stopped"])
    #expect(bench.machine.report.problems.count == 3)
  }

  @Test func aFailedHealHasNoTime() {
    var bench = StrikeBench.inEffect()
    _ = bench.handle(.healDue)
    _ = bench.handle(.lost([]))
    let undo = Undo(kind: .pause, target: StrikeBench.target)
    let finding = "not healed: pause of redis-1: its container is gone"
    #expect(bench.handle(.healEnded(HealReport(gone: [undo]), lost: [])) == ["note heal-failed: \(finding)"])
    #expect(bench.machine.report.healedAt == nil)
    #expect(bench.machine.report.notHealed == [finding])
  }

  /// The sides exist from the effect to the order to heal.
  @Test func aPartitionHasSidesWhileItIsInEffect() {
    var bench = StrikeBench()
    let sides: [PartitionSide: Set<String>] = [.minority: ["redis-1"], .majority: ["redis-2", "redis-3"]]
    _ = bench.handle(.ordered)
    _ = bench.handle(.aimed(StrikeBench.aim(sides: sides), refusal: nil))
    #expect(bench.machine.sides == nil)
    _ = bench.handle(.injected(StrikeBench.injection))
    #expect(bench.machine.sides == sides)
    _ = bench.handle(.healDue)
    #expect(bench.machine.sides == nil)
  }

  @Test func aStrikeWhoseTimeIsOverIsLeftOut() {
    var bench = StrikeBench(isOptional: true)
    #expect(bench.handle(.dropped(reason: "too late")) == ["note skipped: too late", "tell skipped(\"too late\")"])
    #expect(bench.machine.report.skipped == "too late")
    #expect(bench.handle(.healDue).isEmpty)
  }

  /// A report's time is the history's: nanoseconds over a thousand million, and no rounding in between.
  @Test(arguments: [1, 123_456_789, 1_234_567_891, 7_200_000_000_001]) func timesAreThoseOfTheHistory(
    nanoseconds: Int64
  ) {
    var bench = StrikeBench()
    _ = bench.handle(.ordered)
    _ = bench.machine.handle(.aimed(StrikeBench.aim(), refusal: nil), at: .nanoseconds(nanoseconds))
    #expect(bench.machine.report.struckAt == Double(nanoseconds) / 1e9)
  }
}
