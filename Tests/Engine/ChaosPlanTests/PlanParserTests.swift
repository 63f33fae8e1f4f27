import Faults
import TestSupport
import Testing

@testable import ChaosPlan

@Suite struct PlanParserTests {
  @Test func everyFieldIsRead() throws {
    let plan = try PlanParser.parse(Texts.full, path: "chaos/full.yml")
    let expected = Plan(
      name: "redis-master-kill", description: "Does it hold?",
      stack: StackSettings(sql: .patroni, workers: 4, apis: 2),
      workload: WorkloadSettings(
        clients: 8, keys: 24, freshKeyShare: 0.25, readShare: 0.5, deleteShare: 0.05,
        acknowledgements: Mix(parts: [.init(.queued, share: 0.7), .init(.committed, share: 0.3)]),
        reads: Mix(.linearizable), valueBytes: 524_288, ratePerSecond: 150),
      steadyState: SteadyState(
        before: .seconds(10), after: .milliseconds(1_500),
        hypothesis: .init(availabilityMinimum: 0.995, latencyP99Maximum: .seconds(2))),
      faults: [
        .fault(
          PlannedFault(
            action: .kill(signal: "SIGTERM"), selector: Selector(tier: .redis, role: .master), at: .zero,
            duration: .fixed(.seconds(8)))),
        .fault(
          PlannedFault(
            action: .pause, selector: Selector(tier: .worker, mode: .fixed(2)), at: .milliseconds(500),
            duration: .fixed(.seconds(60)))),
        .fault(
          PlannedFault(
            action: FaultAction(.stop, ["timeout": .time(.seconds(3))]),
            selector: Selector(tier: .sql, mode: .minority),
            at: .seconds(2), duration: .fixed(.seconds(4)))),
      ],
      expect: Expectations(
        lostWrites: 1, neverWrittenReads: 2, linearizable: .required,
        availability: .init(duringMinimum: 0.9, afterMinimum: 0.99), recoveryMaximum: .seconds(15)),
      seed: 42, target: StoreTarget.forPlans)
    #expect(plan == expected)
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let plan = try PlanParser.parse(Texts.smallest, path: "a.yml")
    #expect(plan.stack == StackSettings())
    #expect(plan.steadyState == SteadyState())
    #expect(plan.expect == Expectations())
    #expect(plan.seed == nil)
    #expect(plan.workload.reads == Mix(.cache))
    #expect(plan.safety == SafetySettings())
  }

  @Test(arguments: BadPlan.all) func everyProblemIsNamedWithItsPlace(_ bad: BadPlan) {
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(bad.text, path: "p.yml") }
    #expect(error?.description == bad.message)
  }

  @Test func allProblemsAreToldAtOnceInTheOrderOfTheFile() throws {
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(Texts.manyProblems, path: "p.yml") }
    #expect(error?.description == Texts.manyProblemsMessage)
  }

  @Test(arguments: PlanFile.paths(in: Texts.planFolder)) func everyPlanOfTheRepositoryIsValidAndNamedAsItsFile(
    _ path: String
  ) throws {
    let file = try PlanFile(path: path)
    #expect(path.hasSuffix("/\(file.plan.name).yml"))
    #expect(file.plan.description.hasSuffix("?"))
    #expect(file.plan.expect.lostWrites == 0)
  }

  @Test func theReadmeNamesEveryPlanWithAPromise() throws {
    let readme = try String(contentsOfFile: "\(Texts.planFolder)/README.md", encoding: .utf8)
    for path in PlanFile.paths(in: Texts.planFolder) {
      let name = try PlanFile(path: path).plan.name
      let rows = readme.split(separator: "\n").filter { $0.hasPrefix("| [\(name)](\(name).yml) | ") }
      #expect(rows.count == 1 && rows[0].contains("| x |"), "\(name)")
    }
  }

  @Test func thePlanOfTheReadmeIsValid() throws {
    let readme = try String(contentsOfFile: "\(Texts.planFolder)/../README.md", encoding: .utf8)
    let blocks = readme.split(separator: "```yaml\n", omittingEmptySubsequences: false).dropFirst()
    #expect(blocks.count == 1)
    for block in blocks {
      let text = block.prefix(upTo: block.firstRange(of: "```")?.lowerBound ?? block.endIndex)
      #expect(try PlanParser.parse(String(text), path: "README.md").faults.count == 1)
    }
  }

  @Test func theRepositoryHasPlans() {
    #expect(PlanFile.paths(in: Texts.planFolder).count >= 5)
  }

  @Test func aMissingFileNamesTheNearest() {
    let error = #expect(throws: PlanError.self) {
      try PlanFile(path: "\(Texts.planFolder)/redis-master-kil.yml")
    }
    #expect(error?.problems.first?.message.contains("did you mean `") == true)
    #expect(error?.problems.first?.message.contains("redis-master-kill.yml`?") == true)
  }

  @Test func aFileThatIsNearNoneNamesAFewAndNotAll() throws {
    let error = #expect(throws: PlanError.self) { try PlanFile(path: "\(Texts.planFolder)/nope.yml") }
    let message = try #require(error?.problems.first?.message)
    #expect(message.components(separatedBy: ".yml").count - 1 == 3, "\(message)")
    #expect(message.contains("kvchaos plan list"))
  }

  /// In the repository's folder `chaos/` may be left out.
  @Test func aNameWithoutItsFolderIsFound() throws {
    let error = #expect(throws: PlanError.self) {
      try PlanFile(path: "\(Texts.planFolder)/../redis-master-kil.yml")
    }
    #expect(error?.problems.first?.message.contains("chaos/redis-master-kill.yml`?") == true)
  }
}
