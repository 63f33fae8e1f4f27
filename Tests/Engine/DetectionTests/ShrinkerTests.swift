import ChaosPlan
import Failures
import Foundation
import Orchestrator
import Report
import TestSupport
import Testing

@testable import Detection

private let text = """
  name: big
  description: A plan.
  workload: { kind: register, clients: 4, keys: 2 }
  faults:
    - kill: { tier: redis, role: master }
      at: 1s
      duration: 1s
    - pause: { tier: sql, role: leader }
      at: 2s
      duration: 1s
  """

/// The search and its shell over runs that need no stack.
struct ShrinkerTests {
  private typealias Search = ShrinkSearch<Int>

  private let file: PlanFile

  init() throws { file = PlanFile(path: "big.yml", text: text, plan: try PlanParser.parse(text, path: "big.yml")) }

  private func search(needed: Int = 2, tries: Int = 3, deadline: Int? = nil) throws -> Search {
    Search(
      try PlanEditor(file), whole: .init(faults: [0, 1], clients: 4, timePercent: 100), name: "small",
      path: "small.yml", alarms: ["lost-writes", "stale-reads"], needed: needed, tries: tries, deadline: deadline)
  }

  private func tried(_ actions: [Search.Action]) -> PlanFile? {
    guard case .run(let file)? = actions.last else { return nil }
    return file
  }

  @Test func oneOfTheAlarmsCounts() throws {
    var search = try search(needed: 1, tries: 1)
    let first = search.begin(at: 0)
    #expect(first.first == .note("trying no fault, 4 clients, 100 % of the time"))
    #expect(tried(first)?.plan.faults.isEmpty == true)
    // Another check than those of the whole plan.
    let second = try search.record(.init(violated: ["availability"]), at: 1)
    #expect(
      second.prefix(2) == [
        .note("   violated in 0 of 1: left"), .note("trying faults 1, 4 clients, 100 % of the time"),
      ])
    let third = try search.record(.init(violated: ["availability", "stale-reads"]), at: 2)
    #expect(third.first == .note("   violated in 1 of 1: taken"))
    #expect(search.best.faults == [0])
    #expect(search.runs == 3)
  }

  /// Two of three: the second violation decides, and so does the second run without one.
  @Test(arguments: [
    ([true, true], "2 of 2: taken"), ([false, false], "0 of 2: left"), ([true, false, true], "2 of 3: taken"),
    ([false, true, false], "1 of 3: left"),
  ])
  func aPlanIsTriedUntilItIsDecided(runs: [Bool], note: String) throws {
    var search = try search()
    var actions = search.begin(at: 0)
    let file = tried(actions)
    for (index, isViolated) in runs.enumerated() {
      #expect(tried(actions) == file)
      actions = try search.record(.init(violated: isViolated ? ["lost-writes"] : []), at: index)
    }
    #expect(actions.first == .note("   violated in \(note)"))
  }

  @Test(arguments: [(4, false), (5, true)]) func noRunBeginsAfterTheDeadline(now: Int, isOver: Bool) throws {
    var search = try search(deadline: 5)
    _ = search.begin(at: 0)
    // In the middle of a trial.
    let actions = try search.record(.init(violated: ["lost-writes"]), at: now)
    #expect(actions.isEmpty == isOver)
    #expect(search.isCutShort == isOver)
    #expect(search.runs == (isOver ? 1 : 2))
    #expect(search.best.faults == [0, 1])
  }

  @Test func anInterruptedRunEndsTheSearch() throws {
    var search = try search()
    _ = search.begin(at: 0)
    let error = #expect(throws: CommandError.self) {
      try search.record(.init(violated: ["lost-writes"], wasInterrupted: true), at: 1)
    }
    #expect(error?.category == .interrupted)
  }

  /// A kill on a side of a partition is no plan without the partition, and no run is spent on it.
  @Test func aCutThatIsNoPlanIsNotTried() throws {
    let kill = "  - kill: { tier: api, side: minority }\n    duration: 1s\n"
    let partition = "  - partition: { tier: rabbitmq, shape: halves, with: [api] }\n    duration: 5s\n"
    let head = text.prefix { $0 != "\n" } + "\ndescription: A plan.\n"
    let plan = head + "workload: { kind: register, clients: 1, keys: 2 }\nfaults:\n" + kill + partition
    let file = PlanFile(path: "p.yml", text: String(plan), plan: try PlanParser.parse(String(plan), path: "p.yml"))
    var search = Search(
      try PlanEditor(file), whole: .init(faults: [0, 1], clients: 1, timePercent: 100), name: "small",
      path: "small.yml", alarms: ["lost-writes"], needed: 1, tries: 1, deadline: nil)
    _ = search.begin(at: 0)
    // The first fault alone is passed over.
    let actions = try search.record(.init(violated: []), at: 1)
    #expect(actions.dropFirst().first == .note("trying faults 2, 1 clients, 100 % of the time"))
    #expect(search.runs == 2)
  }

  // MARK: The shell

  private func folder(violated: [String]) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(text, to: "plan.yml")
    let report = try FakeRuns.report(file.plan, violated: violated)
    try ReportFiles(report: report, timeline: Timeline([])).write(to: folder.path)
    return folder
  }

  private func shrinker(_ folder: ScratchFolder, _ runs: FakeRuns) throws -> Shrinker {
    try Shrinker(
      folder: folder.path, target: StoreTarget.forPlans, needed: 1, tries: 1, runs: runs, bug: "a-bug",
      resultsRoot: folder.path
    ) { _ in }
  }

  @Test func theSmallestPlanIsWritten() async throws {
    let folder = try folder(violated: ["lost-writes"])
    // The kill alone, with two clients, at any time.
    let runs = FakeRuns { file, _ in
      let isViolated = file.plan.faults.contains { $0.faults.contains { $0.label.hasPrefix("kill") } }
      return (isViolated && file.plan.workload.clients >= 2 ? ["lost-writes"] : [], false)
    }
    let outcome = try await shrinker(folder, runs).run(to: "\(folder.path)/small.yml")
    #expect(outcome.cut == PlanEditor.Cut(faults: [0], clients: 2, timePercent: 25))
    #expect(outcome.runs == runs.calls.count)
    #expect(Set(runs.calls) == ["run big-small with a-bug"])
    #expect(!outcome.isCutShort)
    let written = try PlanFile(path: "\(folder.path)/small.yml")
    #expect(written.plan.faults.count == 1)
    #expect(written.plan.workload.clients == 2)
  }

  @Test func timeThatIsUpLeavesTheBestSoFar() async throws {
    let folder = try folder(violated: ["lost-writes"])
    let runs = FakeRuns { _, _ in (["lost-writes"], false) }
    let outcome = try await shrinker(folder, runs).run(to: "\(folder.path)/small.yml", until: .now)
    #expect(outcome.isCutShort)
    #expect(outcome.runs == 0)
    #expect(outcome.cut == outcome.whole)
    #expect(folder.has("small.yml"))
  }

  @Test func anInterruptedRunWritesNothing() async throws {
    let folder = try folder(violated: ["lost-writes"])
    let runs = FakeRuns { _, _ in ([], true) }
    await #expect(throws: CommandError.self) {
      try await shrinker(folder, runs).run(to: "\(folder.path)/small.yml")
    }
    #expect(!folder.has("small.yml"))
  }

  @Test func aRunThatHeldHasNothingToShrink() throws {
    let folder = try folder(violated: [])
    let error = #expect(throws: CommandError.self) { try shrinker(folder, FakeRuns { _, _ in ([], false) }) }
    #expect(error?.category == .badInput)
  }
}
