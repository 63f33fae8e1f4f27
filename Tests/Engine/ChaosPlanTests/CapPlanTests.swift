import Foundation
import TestSupport
import Testing

@testable import ChaosPlan

/// The plans of the CAP ledger.
struct CapPlanTests {
  private static let folder = "\(Texts.planFolder)/cap"
  private static let text = """
    name: redis
    description: What does it keep?
    tier: redis
    faults:
      master-killed: { kill: { tier: redis, role: master }, duration: 8s }
      split: { partition: { tier: redis, shape: halves, minority: master }, duration: 9s }
      all-down: { kill: { tier: redis, mode: all }, duration: 5s }
    cells:
      - { variant: plain, workload: register, faults: [master-killed, all-down] }
      - { variant: wait-1, workload: set, faults: [split] }

    """

  @Test func aCellIsMadeForEveryFault() throws {
    let plan = try CapPlanParser.parse(Self.text, path: "p.yml")
    #expect(
      plan.cells.map(\.name) == [
        "redis-plain-register-master-killed", "redis-plain-register-all-down", "redis-wait-1-set-split",
      ])
    #expect(plan.cells[0].fault.action == .kill(signal: "SIGKILL"))
    #expect(plan.cells[0].fault.partition == nil)
    #expect(plan.cells[2].fault.partition == PartitionSettings(.halves, minority: .master))
    #expect(CapPlanParser.isCapPlan(Self.text))
    #expect(!CapPlanParser.isCapPlan(Texts.smallest))
  }

  @Test(arguments: [
    ("tier: redis\n", "tier: reddis\n", "3:7: unknown tier `reddis`; did you mean `redis`?"),
    ("variant: plain", "variant: asynchronous", "`redis` has no variant `asynchronous`"),
    ("workload: set", "workload: bank", "`redis` has no workload `bank`"),
    ("[split]", "[spilt]", "unknown fault `spilt`; did you mean `split`?"),
    ("[master-killed, all-down]", "[all-down, all-down]", "`redis-plain-register-all-down` is repeated"),
    ("kill: { tier: redis, role: master }", "flush: { tier: redis }", "`flush` cannot be the fault of a cell"),
    ("shape: halves", "shape: bridge", "`shape: halves`"),
    ("duration: 5s }", "duration: 5s, at: 1s }", "no `at` and no `every`"),
    ("kill: { tier: redis, mode: all }", "kill: { tier: all, mode: all }", "strikes one tier"),
    ("[split]", "[]", "a list of names that is not empty"),
  ]) func whatIsWrongIsSaid(_ right: String, _ wrong: String, _ message: String) throws {
    let text = Self.text.replacing(right, with: wrong)
    #expect(text != Self.text)
    let error = #expect(throws: PlanError.self) { try CapPlanParser.parse(text, path: "p.yml") }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func everyVariantAndWorkloadIsSomeTiers() {
    for variant in CapVariant.allCases { #expect(CapTier.allCases.contains { $0.variants.contains(variant) }) }
    for workload in CapWorkload.allCases { #expect(CapTier.allCases.contains { $0.workloads.contains(workload) }) }
  }

  // MARK: The files

  @Test(arguments: PlanFile.paths(in: folder)) func theFilesAreRightAndNameTheSchema(_ path: String) throws {
    let plan = try CapPlanParser.plan(path: path, target: StoreTarget.forPlans)
    #expect(path.hasSuffix("/\(plan.name).yml"))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# yaml-language-server: $schema=cap.schema.json\n"))
    let validator = SchemaValidator(root: try JSONValue(json: CapPlanSchema.text(for: StoreTarget.forPlans)))
    #expect(validator.problems(try JSONValue(yaml: text)).isEmpty)
  }

  @Test func everyTierHasAFile() {
    #expect(PlanFile.paths(in: Self.folder).count == CapTier.allCases.count)
  }

  @Test func theSchemaFileIsWhatTheCommandPrints() throws {
    let file = try String(contentsOfFile: "\(Self.folder)/cap.schema.json", encoding: .utf8)
    #expect(
      file == CapPlanSchema.text(for: StoreTarget.forPlans),
      "rewrite it: kvchaos plan schema --cap > chaos/cap/cap.schema.json")
  }

  @Test func theSchemaRefusesWhatTheParserRefuses() throws {
    let validator = SchemaValidator(root: try JSONValue(json: CapPlanSchema.text(for: StoreTarget.forPlans)))
    #expect(validator.problems(try JSONValue(yaml: Self.text)).isEmpty)
    for (right, wrong) in [
      ("tier: redis\n", "tier: reddis\n"), ("kill: { tier: redis, role: master }", "flush: { tier: redis }"),
      ("duration: 5s }", "duration: 5s, at: 1s }"), ("[split]", "[]"), ("workload: set", "workload: sett"),
    ] {
      #expect(!validator.problems(try JSONValue(yaml: Self.text.replacing(right, with: wrong))).isEmpty, "\(wrong)")
    }
  }
}
