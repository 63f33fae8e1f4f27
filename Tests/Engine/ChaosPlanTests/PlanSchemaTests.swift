import Faults
import Foundation
import TestSupport
import Testing

@testable import ChaosPlan

/// The schema for editors says what the parser says.
@Suite struct PlanSchemaTests {
  private let validator: SchemaValidator

  init() throws { validator = SchemaValidator(root: try JSONValue(json: PlanSchema.text(for: StoreTarget.forPlans))) }

  @Test func theFileIsWhatTheCommandPrints() throws {
    let file = try String(contentsOfFile: "\(Texts.planFolder)/plan.schema.json", encoding: .utf8)
    #expect(
      file == PlanSchema.text(for: StoreTarget.forPlans), "rewrite it: kvchaos plan schema > chaos/plan.schema.json")
  }

  @Test(arguments: PlanFile.paths(in: Texts.planFolder) + PlanFile.paths(in: "\(Texts.planFolder)/detect"))
  func everyPlanIsValidAndNamesTheSchema(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let problems = validator.problems(try JSONValue(yaml: text))
    #expect(problems.isEmpty, "\(problems)")
    let place = path.hasPrefix("\(Texts.planFolder)/detect/") ? "../plan.schema.json" : "plan.schema.json"
    #expect(text.hasPrefix("# yaml-language-server: $schema=\(place)\n"))
  }

  @Test(arguments: [Texts.full, Texts.smallest]) func whatTheParserTakesIsValid(_ text: String) throws {
    let problems = validator.problems(try JSONValue(yaml: text))
    #expect(problems.isEmpty, "\(problems)")
  }

  /// What only the whole plan shows.
  private static let onlyTheParserSees: Set<String> = [
    "shares over 1", "a mix that is not 1", "linearizable without committed writes",
    "a majority that was not offered",
  ]

  @Test(arguments: BadPlan.all.filter { !["not YAML", "a word twice"].contains($0.name) })
  func whatTheParserRefusesIsInvalid(_ bad: BadPlan) throws {
    let isValid = validator.problems(try JSONValue(yaml: bad.text)).isEmpty
    #expect(isValid == Self.onlyTheParserSees.contains(bad.name))
  }

  // MARK: The words

  /// A mapping of the plan: its schema, and a plan in which it has an unknown word.
  struct Place: CustomTestStringConvertible {
    var name: String
    var schema: [String]
    var plan: String
    /// What the parser asks for only to say that it does not belong there.
    var refused: Set<String> = []

    var testDescription: String { name }
  }

  private static func plan(
    _ word: String = "", top: String = "", workload: String = "", faults: String = "[]"
  ) -> String {
    """
    name: a
    description: b
    workload: { kind: register, clients: 1, keys: 1\(workload) }
    faults: \(faults)
    \(top)

    """
  }

  private static let typo = "zzzzzzzzzzzzzzzz: 1"

  static let places: [Place] =
    [
      Place(name: "plan", schema: [], plan: plan(top: typo)),
      Place(name: "stack", schema: ["stack"], plan: plan(top: "stack: { \(typo) }")),
      Place(name: "workload", schema: ["workload"], plan: plan(workload: ", \(typo)")),
      Place(name: "ack", schema: ["workload", "ack", "1"], plan: plan(workload: ", ack: { \(typo) }")),
      Place(name: "read", schema: ["workload", "read", "1"], plan: plan(workload: ", read: { \(typo) }")),
      Place(name: "steady-state", schema: ["steady-state"], plan: plan(top: "steady-state: { \(typo) }")),
      Place(
        name: "hypothesis", schema: ["steady-state", "hypothesis"],
        plan: plan(top: "steady-state: { hypothesis: { \(typo) } }")),
      Place(name: "safety", schema: ["safety"], plan: plan(top: "safety: { \(typo) }")),
      Place(
        name: "stop-when", schema: ["safety", "stop-when"], plan: plan(top: "safety: { stop-when: { \(typo) } }")),
      Place(name: "expect", schema: ["expect"], plan: plan(top: "expect: { \(typo) }")),
      Place(
        name: "availability", schema: ["expect", "availability"],
        plan: plan(top: "expect: { availability: { \(typo) } }")),
      Place(
        name: "flavours", schema: ["expect", "flavours"], plan: plan(top: "expect: { flavours: { \(typo) } }")),
      Place(
        name: "flavour", schema: ["expect", "flavours", "cockroach"],
        plan: plan(top: "expect: { flavours: { cockroach: { because: x, \(typo) } } }")),
      Place(name: "step", schema: ["#step"], plan: plan(faults: "[{ kill: { tier: api }, duration: 1s, \(typo) }]")),
      Place(
        name: "choice", schema: ["#choice"],
        plan: plan(
          faults:
            "[{ random: { for: 1s, interval: 1s, faults: [{ kill: { tier: api }, duration: 1s, \(typo) }] } }]"),
        refused: ["sequence", "parallel", "random"]),
      Place(
        name: "random", schema: ["#random"],
        plan: plan(
          faults: "[{ random: { for: 1s, interval: 1s, faults: [{ flush: { tier: redis } }], \(typo) } }]")),
      Place(
        name: "every", schema: ["#every"],
        plan: plan(faults: "[{ kill: { tier: api }, duration: 1s, every: { \(typo) } }]")),
      Place(
        name: "duration", schema: ["#fault-duration", "2"],
        plan: plan(faults: "[{ kill: { tier: api }, duration: { \(typo) } }]")),
    ]
    + FaultCatalogue.definitions.map { fault in
      Place(
        name: fault.name, schema: ["#\(fault.name)"],
        plan: plan(
          faults:
            "[{ \(fault.name): { tier: \(fault.targetTiers(in: StoreTarget.forPlans)[0].rawValue), \(typo) }, duration: 1s }]"
        ),
        refused: fault.hasSides ? ["role", "owner-of", "side", "mode"] : [])
    }

  /// The parser names its words when it meets one that is none of them.
  @Test(arguments: places) func theWordsOfEachMappingAreTheParsers(_ place: Place) throws {
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(place.plan, path: "p.yml") }
    let problem = try #require(error?.problems.first { $0.message.contains("`zzzzzzzzzzzzzzzz`; it is one of") })
    let parsers = problem.message.split(separator: "it is one of ")[1].split(separator: ", ").map {
      $0.trimmingCharacters(in: ["`"])
    }
    let schema = try #require(self.schema(at: place.schema))
    let words = Set(schema["properties"]?.object.map { Array($0.keys) } ?? [])
    #expect(words == Set(parsers).subtracting(place.refused))
    #expect(!validator.problems(try JSONValue(yaml: place.plan)).isEmpty)
  }

  /// `#name` is a definition, a number is a branch of `anyOf`, anything else a property.
  private func schema(at path: [String]) -> JSONValue? {
    path.reduce(Optional(validator.root)) { schema, step in
      if step.hasPrefix("#") { return validator.root["$defs"]?[String(step.dropFirst())] }
      if let branch = Int(step) { return schema?["anyOf"]?.list?[branch] }
      return schema?["properties"]?[step]
    }
  }
}
