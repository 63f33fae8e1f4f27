import Consistency
import History
import Testing

@testable import ChaosPlan
@testable import Report

/// The checks of the suite's own work: what it injected is taken back, and nothing is left.
@Suite struct SafetyCheckTests {
  private func report(
    _ fault: FaultReport, residue: StackSearch = .found([]), nodes: StackSearch = .found([])
  ) throws -> RunReport {
    let plan = Plan(
      name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1),
      faults: [
        .fault(
          PlannedFault(action: .pause, selector: Selector(tier: Tier(rawValue: "redis")), duration: .fixed(.seconds(1)))
        )
      ])
    let record = Judgement.Record(
      plan: plan, path: "p.yml",
      facts: RunFacts(seed: 1, namespace: "r", startedAt: "", secondsLong: 9, flavour: "patroni", events: 0),
      phases: [],
      faults: [fault], events: [], residue: residue, nodes: nodes, settlement: nil, trafficEnd: 9, recoveredAt: nil)
    return Judgement(record, consistency: try ConsistencyChecker().check([])).report()
  }

  private let struck = FaultReport(label: "pause redis", struckAt: 1, inEffectAt: 2, healOrderedAt: 3, healedAt: 4)

  @Test func aCleanStackHolds() throws {
    let check = try #require(report(struck)[check: "residue"])
    #expect(check.verdict == .holds)
    #expect(try report(struck)[check: "faults-healed"]?.verdict == .holds)
  }

  /// What is left is a finding, with a name, and neither hides the other checks nor passes for a violation of the
  /// store's.
  @Test func whatIsLeftIsAFinding() throws {
    let report = try report(struck, residue: .found(["p-redis-1 is paused"]))
    let check = try #require(report[check: "residue"])
    #expect(check.verdict == .unknown)
    #expect(check.findings == ["p-redis-1 is paused"])
    #expect(check.note?.contains("kvchaos heal") == true)
    #expect(report.checks.count > 5)
    #expect(JUnitReport(report).text.contains("name=\"residue\""))
    #expect(TextReport(report, folder: "f").text.contains("residue"))
  }

  @Test func aStackThatCannotBeLookedThroughIsNotClean() throws {
    let check = try #require(report(struck, residue: .impossible("no engine"))[check: "residue"])
    #expect(check.verdict == .unknown)
    #expect(check.findings == ["no engine"])
  }

  /// A node that is out of its tier is missed by no operation: the run says so, and does not hold.
  @Test func aNodeThatDoesNotDoItsPartIsAFinding() throws {
    #expect(try report(struck)[check: "nodes"]?.verdict == .holds)
    let report = try report(struck, nodes: .found(["sql-1 does not stream from the leader (running)"]))
    let check = try #require(report[check: "nodes"])
    #expect(check.verdict == .unknown)
    #expect(check.findings == ["sql-1 does not stream from the leader (running)"])
    #expect(TextReport(report, folder: "f").text.contains("sql-1 does not stream"))
    let many = try #require(try self.report(struck, nodes: .found(["a", "b", "c", "d"]))[check: "nodes"])
    #expect(many.measured == "a; b; and 2 more")
  }

  @Test func nodesThatCannotBeAskedAreNotKnownToBeWell() throws {
    let check = try #require(report(struck, nodes: .impossible("no engine"))[check: "nodes"])
    #expect(check.verdict == .unknown)
    #expect(check.findings == ["no engine"])
  }

  /// A fault that was ended externally proves nothing, however well the store did.
  @Test func aFaultThatEndedEarlyLeavesTheRunUndecided() throws {
    var fault = struck
    fault.endedEarly = ["redis-1: it is running, not paused"]
    let report = try report(fault)
    let check = try #require(report[check: "faults-injected"])
    #expect(check.verdict == .unknown)
    #expect(check.measured == "1, of which 1 not until the heal")
    #expect(check.findings == ["pause redis: not in effect until its heal: redis-1: it is running, not paused"])
    // It was taken back all the same.
    #expect(report[check: "faults-healed"]?.verdict == .holds)
    #expect(report.verdict == .unknown)
  }

  @Test func aFailedHealIsAFinding() throws {
    var fault = struck
    fault.healedAt = nil
    fault.problems = ["not healed: pause of redis-1: the engine refuses"]
    let check = try #require(report(fault)[check: "faults-healed"])
    #expect(check.verdict == .unknown)
    #expect(check.measured == "0")
    #expect(check.findings == ["pause redis: not healed: pause of redis-1: the engine refuses"])
  }

  /// An injection that failed and was taken back is healed; one that could not be taken back is not.
  @Test(arguments: [nil, ["pause of redis-1: the engine refuses"]])
  func aFailedInjectionMayBeTakenBackOrNot(left: [String]?) throws {
    let fault = FaultReport(label: "pause redis", struckAt: 1, problems: ["no effect"])
    var failed = fault
    failed.notHealed = left
    let check = try #require(report(failed)[check: "faults-healed"])
    #expect(check.verdict == (left == nil ? .holds : .unknown))
    #expect(check.measured == (left == nil ? "1" : "0"))
  }
}
