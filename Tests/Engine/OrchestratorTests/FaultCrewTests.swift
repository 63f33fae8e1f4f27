import ChaosPlan
import Faults
import Randomness
import Stack
import Testing

@testable import Orchestrator

private let kill = FaultAction.kill(signal: "SIGKILL")
private let leader = Selector(tier: .rabbitmq, role: .leader)

/// What a crew does to a cluster, and what it writes about it: the history's notes, the lines of `faults.jsonl` and the
/// rows of the report.
@Suite struct FaultCrewTests {
  /// Every byte but the times.
  @Test func aStrikeAndItsHealAreWritten() async throws {
    let bench = try CrewBench([.planned(kill, leader)], FakeCluster(.whole))
    #expect(await bench.crew.inject(0) == .inEffect)
    await bench.crew.heal(0)
    #expect(bench.cluster.calls == ["status", "inject kill rabbitmq-1", "losses kill", "heal kill"])
    #expect(
      try bench.historyText() == """
        {"index":0,"time":0,"process":"nemesis","type":"info","f":"kill","value":["rabbitmq-1"]}
        {"index":1,"time":0,"process":"nemesis","type":"info","f":"kill-in-effect","value":["rabbitmq-1"]}
        {"index":2,"time":0,"process":"nemesis","type":"info","f":"heal-kill","value":["rabbitmq-1"]}
        {"index":3,"time":0,"process":"nemesis","type":"info","f":"heal-kill-done","value":["rabbitmq-1"]}

        """)
    func line(_ event: String) -> String {
      #"{"event":"\#(event)","fault":"kill rabbitmq leader","targets":["rabbitmq-1"],"timeNanoseconds":0,"wallTime":""}"#
    }
    #expect(
      try bench.faultsText()
        == ["struck", "in-effect", "heal-ordered", "healed"].map { line($0) + "\n" }.joined())
    #expect(
      bench.row(0) == "kill rabbitmq leader; rabbitmq-1=p-rabbitmq-1=a node; struck in-effect heal-ordered healed")
    #expect(bench.crew.shortName(0) == "kill rabbitmq-1")
  }

  @Test func beforeItsStrikeAFaultIsNamedByItsLabel() throws {
    let bench = try CrewBench([.planned(kill, leader)], FakeCluster(.whole))
    #expect(bench.crew.shortName(0) == "kill rabbitmq leader")
    #expect(bench.row(0) == "kill rabbitmq leader; ")
  }

  /// The drawn targets depend on the seed and on the place of the strike in the schedule, on nothing else.
  @Test(arguments: [0, 1, 2]) func theSeedDrawsTheTargets(index: Int) async throws {
    let selector = Selector(tier: .redis, mode: .one)
    let bench = try CrewBench(Array(repeating: .planned(.pause, selector), count: 3), FakeCluster(.whole))
    _ = await bench.crew.inject(index)
    var random = SplitMix64(seed: CrewBench.seed, stream: .targets(strike: index))
    let expected = try StackStatus.whole.resolve(selector, using: &random)
    #expect(bench.crew.reports[index].targets.map(\.node) == expected.map(\.name))
  }

  /// `hot.3` is a key of the workload, any other name is the store's. Of several keys, as a master owns many.
  @Test(arguments: [("hot.", "r1.hot."), ("other.", "other.")])
  func theOwnerOfAKeyIsThatOfTheStoresName(key: String, name: String) async throws {
    let selectors = (0..<8).map { Selector(tier: .redis, ownerOf: "\(key)\($0)") }
    let bench = try CrewBench(selectors.map { .planned(.flush, $0) }, FakeCluster(.whole))
    for (index, selector) in selectors.enumerated() {
      _ = await bench.crew.inject(index)
      var random = SplitMix64(seed: 1)
      let owner = try StackStatus.whole.resolve(selector, ownerOf: "\(name)\(index)", using: &random)
      #expect(bench.crew.reports[index].targets.map(\.node) == owner.map(\.name))
    }
  }

  // MARK: Resolving

  @Test func aRoleThatNoNodeHasYetIsWaitedFor() async throws {
    let none = StackStatus.whole.without("rabbitmq-1")
    let cluster = FakeCluster(Array(repeating: .success(none), count: 4) + [.success(.whole)])
    let bench = try CrewBench([.planned(kill, leader)], cluster)
    #expect(await bench.crew.inject(0) == .inEffect)
    #expect(cluster.calls.count { $0 == "status" } == 5)
  }

  /// One look more than in the test above: the fifth was the last.
  @Test(arguments: [false, true]) func aRoleThatNoNodeGetsFailsTheFault(isOptional: Bool) async throws {
    let none = StackStatus.whole.without("rabbitmq-1")
    let cluster = FakeCluster(Array(repeating: .success(none), count: 5) + [.success(.whole)])
    let bench = try CrewBench([.planned(kill, leader, isOptional: isOptional)], cluster)
    let reason =
      "no running node matches rabbitmq leader; candidates: rabbitmq-2 (running, a node), rabbitmq-3 (running, a node)"
    let (word, remark) = isOptional ? ("skipped", "skipped") : ("failed", "problem")
    #expect(await bench.crew.inject(0) == (isOptional ? .skipped(reason) : .failed(reason)))
    #expect(cluster.calls == Array(repeating: "status", count: 5))
    #expect(try bench.words() == ["kill-\(word): \(reason)"])
    #expect(try bench.lines() == ["kill rabbitmq leader: \(word): \(reason)"])
    #expect(bench.row(0) == "kill rabbitmq leader; ; \(remark) \(reason)")
  }

  /// An engine that does not answer is no reason to look again, nor to go on without the fault.
  @Test(arguments: [StackError.Code.unavailable, .internalFault], [false, true])
  func aClusterThatDoesNotAnswerFailsTheFault(code: StackError.Code, isOptional: Bool) async throws {
    let cluster = FakeCluster([.failure(StackError(code: code, message: "no engine")), .success(.whole)])
    let bench = try CrewBench([.planned(kill, leader, isOptional: isOptional)], cluster)
    #expect(await bench.crew.inject(0) == .failed("no engine"))
    #expect(cluster.calls == ["status"])
  }

  @Test func aSideIsWaitedForUntilThePartitionIsInEffect() async throws {
    let partition = FaultAction(.partition, ["shape": "halves"])
    let bench = try CrewBench(
      [
        .planned(partition, Selector(tier: .rabbitmq, mode: .all)),
        .planned(kill, Selector(tier: .rabbitmq, side: .minority)),
        .planned(kill, Selector(tier: .rabbitmq, side: .bridge)),
        .planned(kill, Selector(tier: .rabbitmq, side: .minority)),
        .planned(kill, Selector(tier: .rabbitmq, side: .minority)),
      ], FakeCluster(.whole))
    #expect(
      await bench.crew.inject(1)
        == .failed("no partition is in effect, so no node is on its minority side"))
    #expect(bench.cluster.calls.count == 60)
    #expect(await bench.crew.inject(0) == .inEffect)
    #expect(await bench.crew.inject(2) == .failed("the partition in effect has no bridge side"))
    let partitioned = bench.crew.reports[0].targets
    let minority = try #require(partitioned.first { $0.role.contains("minority (\($0.node))") })
    #expect(minority.role == "a node; minority (\(minority.node))")
    #expect(partitioned.count == 3)
    #expect(await bench.crew.inject(3) == .inEffect)
    #expect(bench.crew.reports[3].targets.map(\.node) == [minority.node])
    await bench.crew.heal(0)
    #expect(
      await bench.crew.inject(4)
        == .failed("no partition is in effect, so no node is on its minority side"))
  }

  /// A cancelled injection says nothing about the fault, so not even an optional one counts as left out.
  @Test(arguments: [false, true]) func aCancelledSearchFailsTheFault(isOptional: Bool) async throws {
    let none = StackStatus.whole.without("rabbitmq-1")
    let bench = try CrewBench([.planned(kill, leader, isOptional: isOptional)], FakeCluster(none))
    let crew = bench.crew
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await crew.inject(0)
    }
    #expect(await task.value == .failed("CancellationError()"))
    #expect(bench.cluster.calls == ["status"])
  }

  @Test func aTierThatIsScaledIsItsOwnTarget() async throws {
    let bench = try CrewBench([.planned(FaultAction(.scale, ["to": 3]), Selector(tier: .api))], FakeCluster(.whole))
    #expect(await bench.crew.inject(0) == .inEffect)
    #expect(bench.cluster.calls.last == "inject scale api")
    #expect(bench.row(0) == "scale api; api=api=2 containers, then 3; struck in-effect")
  }

  // MARK: Guards

  @Test(arguments: [false, true]) func aMajorityIsNotTakenDown(isOptional: Bool) async throws {
    let both = Selector(tier: .rabbitmq, mode: .majority)
    let bench = try CrewBench([.planned(kill, both, isOptional: isOptional)], FakeCluster(.whole))
    let outcome = await bench.crew.inject(0)
    let targets = bench.crew.reports[0].targets.map(\.node)
    let reason =
      "refused: with \(targets.joined(separator: ", ")), 2 of the 3 nodes of rabbitmq would be down, a majority; "
      + "if this is intended, set `safety: { allow-majority-loss: true }`"
    #expect(targets.count == 2)
    #expect(outcome == (isOptional ? .skipped(reason) : .failed(reason)))
    #expect(bench.cluster.calls == ["status"])
    let word = isOptional ? "skipped" : "failed"
    #expect(try bench.words() == ["kill-\(word) \(targets.joined(separator: ",")): \(reason)"])
    #expect(bench.crew.reports[0].struckAt == nil)
  }

  @Test func aMajorityIsTakenDownWhereThePlanAllowsIt() async throws {
    let both = Selector(tier: .rabbitmq, mode: .majority)
    let bench = try CrewBench([.planned(kill, both)], FakeCluster(.whole), allowsMajorityLoss: true)
    #expect(await bench.crew.inject(0) == .inEffect)
  }

  /// Nodes of faults that are open count as down, until the last word of their heal.
  @Test func openFaultsCountAsDown() async throws {
    let follower = Selector(tier: .rabbitmq, role: .follower)
    let strikes: [Strike] = [.planned(kill, leader), .planned(kill, follower), .planned(kill, follower)]
    let bench = try CrewBench(strikes, FakeCluster(.whole))
    #expect(await bench.crew.inject(0) == .inEffect)
    guard case .failed(let reason) = await bench.crew.inject(1) else {
      Issue.record("two of three brokers were taken down")
      return
    }
    #expect(reason.contains("2 of the 3 nodes of rabbitmq would be down"))
    await bench.crew.heal(0)
    #expect(await bench.crew.inject(2) == .inEffect)
  }

  /// A fault that leaves its nodes in service does not count.
  @Test func faultsThatLeaveNodesUpDoNotCountAsDown() async throws {
    let strikes: [Strike] = [
      .planned(FaultAction(.cpuLimit, ["cores": 0.1]), leader),
      .planned(kill, Selector(tier: .rabbitmq, role: .follower)),
    ]
    let bench = try CrewBench(strikes, FakeCluster(.whole))
    #expect(await bench.crew.inject(0) == .inEffect)
    #expect(await bench.crew.inject(1) == .inEffect)
  }

  /// Two random faults do not share a node; a planned one asks nothing.
  @Test(arguments: [true, false]) func aRandomFaultLeavesAHeldNodeAlone(isOptional: Bool) async throws {
    let second = Strike.planned(kill, leader, isOptional: isOptional)
    let strikes: [Strike] = [.planned(FaultAction(.cpuLimit, ["cores": 0.1]), leader), second, second]
    let bench = try CrewBench(strikes, FakeCluster(.whole))
    _ = await bench.crew.inject(0)
    let reason = "rabbitmq-1 is already under another fault (cpu-limit)"
    #expect(await bench.crew.inject(1) == (isOptional ? .skipped(reason) : .inEffect))
    await bench.crew.heal(0)
    #expect(await bench.crew.inject(2) == .inEffect)
  }

  // MARK: Failed injections

  @Test func whatAFailedInjectionLeftIsNotHealed() async throws {
    let left = HealFailure(
      undo: Undo(kind: .kill, target: FaultTarget(node: "rabbitmq-1", container: "p-rabbitmq-1")), message: "no engine")
    for isOptional in [false, true] {
      let cluster = FakeCluster(.whole)
      cluster.fail(FaultError(code: .notInjectable, message: "it stands still", healFailures: [left]))
      let bench = try CrewBench([.planned(kill, leader, isOptional: isOptional)], cluster)
      let reason = "it stands still; not healed: kill of rabbitmq-1: no engine"
      #expect(await bench.crew.inject(0) == .failed(reason))
      #expect(try bench.words() == ["kill rabbitmq-1", "kill-failed rabbitmq-1: \(reason)"])
      #expect(
        try bench.lines()
          == ["kill rabbitmq leader: struck rabbitmq-1", "kill rabbitmq leader: failed rabbitmq-1: \(reason)"])
      #expect(
        bench.row(0)
          == "kill rabbitmq leader; rabbitmq-1=p-rabbitmq-1=a node; struck; problem \(reason); "
          + "not healed kill of rabbitmq-1: no engine")
      // It is not open: nothing is healed.
      await bench.crew.heal(0)
      #expect(cluster.calls == ["status", "inject kill rabbitmq-1"])
    }
  }

  @Test(arguments: [FaultError.Code.notInjectable, .notEffective, .injectionFailed], [false, true])
  func aTargetThatCannotBeStruckIsLeftOutWhereTheFaultIsOptional(code: FaultError.Code, isOptional: Bool) async throws {
    let cluster = FakeCluster(.whole)
    cluster.fail(FaultError(code: code, message: "paused already"))
    let bench = try CrewBench([.planned(kill, leader, isOptional: isOptional)], cluster)
    let isSkipped = isOptional && code == .notInjectable
    #expect(await bench.crew.inject(0) == (isSkipped ? .skipped("paused already") : .failed("paused already")))
    #expect(
      bench.row(0) == "kill rabbitmq leader; rabbitmq-1=p-rabbitmq-1=a node; "
        + (isSkipped ? "; skipped paused already" : "struck; problem paused already"))
  }

  @Test func aFaultWhoseTimeIsOverIsLeftOut() async throws {
    let bench = try CrewBench([.planned(kill, leader, isOptional: true)], FakeCluster(.whole))
    bench.crew.skip(0, "the time for random faults was over")
    #expect(try bench.words() == ["kill-skipped: the time for random faults was over"])
    #expect(try bench.lines() == ["kill rabbitmq leader: skipped: the time for random faults was over"])
    #expect(bench.row(0) == "kill rabbitmq leader; ; skipped the time for random faults was over")
    #expect(bench.cluster.calls.isEmpty)
  }

  // MARK: Heals

  @Test func aFailedHealIsAFinding() async throws {
    let target = FaultTarget(node: "rabbitmq-1", container: "p-rabbitmq-1")
    let undo = Undo(kind: .kill, target: target)
    let cluster = FakeCluster(.whole)
    // The container was replaced or removed: nothing of the fault is left, but nothing was healed either.
    cluster.heal(as: HealReport(gone: [undo], failures: [HealFailure(undo: undo, message: "it does not start")]))
    let bench = try CrewBench([.planned(kill, leader)], cluster)
    _ = await bench.crew.inject(0)
    await bench.crew.heal(0)
    let findings = [
      "not healed: kill of rabbitmq-1: it does not start", "not healed: kill of rabbitmq-1: its container is gone",
    ]
    let all = findings.joined(separator: "; ")
    #expect(
      try bench.words().suffix(2) == ["heal-kill rabbitmq-1", "heal-kill-failed rabbitmq-1: \(all)"])
    #expect(try bench.lines().last == "kill rabbitmq leader: heal-failed rabbitmq-1: \(all)")
    #expect(
      bench.row(0) == "kill rabbitmq leader; rabbitmq-1=p-rabbitmq-1=a node; struck in-effect heal-ordered; "
        + (findings.map { "problem \($0)" } + findings.map { "not healed \($0)" }).joined(separator: "; "))
    // Once is enough: the ledger has the rest.
    await bench.crew.heal(0)
    #expect(cluster.calls.count { $0 == "heal kill" } == 1)
  }

  @Test func aFaultThatSomethingElseEndedIsAFinding() async throws {
    let target = FaultTarget(node: "rabbitmq-1", container: "p-rabbitmq-1")
    let cluster = FakeCluster(.whole)
    cluster.lose([FaultLoss(target: target, message: "it runs")])
    cluster.heal(as: HealReport(upkeepProblems: ["kill of rabbitmq-1 did not stay in effect: x"]))
    let bench = try CrewBench([.planned(kill, leader)], cluster)
    _ = await bench.crew.inject(0)
    await bench.crew.heal(0)
    // Not in the history: it has words for what was done only.
    #expect(try bench.words().count == 4)
    let (first, second) = ("rabbitmq-1: it runs", "kill of rabbitmq-1 did not stay in effect: x")
    #expect(
      try bench.lines().suffix(4) == [
        "kill rabbitmq leader: ended-early rabbitmq-1: not in effect until its heal: \(first)",
        "kill rabbitmq leader: heal-ordered rabbitmq-1",
        "kill rabbitmq leader: ended-early rabbitmq-1: not in effect until its heal: \(second)",
        "kill rabbitmq leader: healed rabbitmq-1",
      ])
    #expect(
      bench.row(0) == "kill rabbitmq leader; rabbitmq-1=p-rabbitmq-1=a node; struck in-effect heal-ordered healed; "
        + "problem not in effect until its heal: \(first); problem not in effect until its heal: \(second); "
        + "ended early \(first); ended early \(second)")
  }

  /// The crew itself took the node down, so the end of the other fault says nothing about the store.
  @Test func aFaultThatTheRunItselfEndedIsNone() async throws {
    let target = FaultTarget(node: "rabbitmq-1", container: "p-rabbitmq-1")
    let cluster = FakeCluster(.whole)
    cluster.lose([FaultLoss(target: target, message: "it is down")])
    let bench = try CrewBench(
      [.planned(FaultAction(.cpuLimit, ["cores": 0.1]), leader), .planned(kill, leader)], cluster)
    _ = await bench.crew.inject(0)
    _ = await bench.crew.inject(1)
    await bench.crew.heal(0)
    let message = "not in effect until its heal: rabbitmq-1: it is down (another fault of this run)"
    #expect(try bench.lines().contains("cpu-limit rabbitmq leader: ended-early rabbitmq-1: \(message)"))
    #expect(bench.crew.reports[0].problems == [message])
    #expect(bench.crew.reports[0].endedEarly == nil)
  }

  @Test func aFaultThatNeverStruckIsNotHealed() async throws {
    let bench = try CrewBench([.planned(kill, leader)], FakeCluster(.whole))
    await bench.crew.heal(0)
    #expect(bench.cluster.calls.isEmpty)
    #expect(try bench.lines().isEmpty)
  }
}
