import Faults
import TestSupport
import Testing

@testable import ChaosPlan

/// What every definition of a fault must say, in every file.
@Suite struct FaultDefinitionTests {
  /// A value that a plan may write for a field, and one that it may not.
  private static func samples(of field: FaultField) -> (valid: String, invalid: String) {
    switch field.values {
    case .choice(let words): (words[0], "zzzzzz")
    case .duration(let range): (range.map { Units.text($0.upperBound) } ?? "2s", "5")
    case .signedDuration(let least): ("-" + Units.text(least), "0")
    case .signedPercentage(let range): ("-\(Units.text(range.upperBound * 100))%", "0%")
    case .integer(let range): (String(range.upperBound), String(range.upperBound + 1))
    case .number(let range): (Units.text(range.lowerBound), "0")
    case .memory: ("64MiB", "1MiB")
    case .bitRate: ("1mbit/s", "1kbit/s")
    case .peers: ("own-tier", "zzzzzz")
    // Of every tier that a partition divides in the tests.
    case .role: ("master", "zzzzzz")
    case .tiers: ("[api]", "[zzzzzz]")
    }
  }

  private static func plan(_ fault: FaultDefinition, _ fields: [(String, String)]) -> String {
    // Redis where it can, which has the most nodes: no field is refused for its tier.
    let targets = fault.targetTiers(in: StoreTarget.forPlans)
    let tier = targets.contains(.redis) ? .redis : targets[0]
    let words = [("tier", tier.rawValue)] + fields
    return """
      name: a
      description: b
      workload: { kind: register, clients: 1, keys: 1 }
      faults:
        - \(fault.name): { \(words.map { "\($0.0): \($0.1)" }.joined(separator: ", ")) }
          duration: 1s

      """
  }

  private static func action(_ text: String) throws -> FaultAction {
    let plan = try PlanParser.parse(text, path: "p.yml")
    return try #require(plan.faults.flatMap(\.faults).first).action
  }

  /// Reading the values as the definition does traps for a field of another type.
  private static func strike(_ action: FaultAction) -> FaultKind {
    switch action.definition.strike {
    case .nodes(let fault): return fault(action.settings).kind
    case .tier(let count, let fault):
      #expect(count(action.settings) > 0)
      return fault(action.settings).kind
    case .packets(let disturbance):
      _ = disturbance(action.settings)
      return action.kind
    case .sides:
      #expect(PartitionSettings(action) != nil)
      return action.kind
    }
  }

  @Test(arguments: FaultCatalogue.definitions) func itStrikesWithWhatAPlanSays(_ fault: FaultDefinition) throws {
    let all = try Self.action(Self.plan(fault, fault.fields.map { ($0.name, Self.samples(of: $0).valid) }))
    #expect(Self.strike(all) == fault.kind)
    let isEnough = try? Self.action(
      Self.plan(fault, fault.fields.filter(\.isRequired).map { ($0.name, Self.samples(of: $0).valid) }))
    if let isEnough { #expect(Self.strike(isEnough) == fault.kind) }
    // A clock has to be told one of its two fields.
    #expect(isEnough != nil || fault == .clock)
  }

  static let fields = FaultCatalogue.definitions.flatMap { fault in fault.fields.map { (fault, $0) } }

  @Test(arguments: fields) func whatAFieldDoesNotTakeIsRefused(_ fault: FaultDefinition, _ field: FaultField) {
    let others = fault.fields.filter { $0.isRequired && $0 != field }.map { ($0.name, Self.samples(of: $0).valid) }
    let text = Self.plan(fault, others + [(field.name, Self.samples(of: field).invalid)])
    let error = #expect(throws: PlanError.self) { try Self.action(text) }
    #expect(error?.problems.count == 1, "\(error?.description ?? "")")
    let names = [field.name, "role", "tier"].map { "unknown \($0) `" } + ["invalid value for `\(field.name)`"]
    #expect(names.contains { error?.description.contains($0) == true }, "\(error?.description ?? "")")
  }

  @Test(arguments: fields.filter(\.1.isRequired)) func aRequiredFieldIsAskedFor(
    _ fault: FaultDefinition, _ field: FaultField
  ) {
    let others = fault.fields.filter { $0 != field }.map { ($0.name, Self.samples(of: $0).valid) }
    let error = #expect(throws: PlanError.self) { try Self.action(Self.plan(fault, others)) }
    #expect(error?.description.contains("`\(fault.name)` has no `\(field.name)`; it needs ") == true)
  }

  @Test(arguments: FaultCatalogue.definitions) func itSaysWhyItSparesATier(_ fault: FaultDefinition) {
    let target = StoreTarget.forPlans
    let (tiers, targets) = (target.tiers.map(\.tier), fault.targetTiers(in: target))
    #expect(!targets.isEmpty)
    #expect(fault.tiers.named.isSubset(of: tiers.map(\.rawValue)))
    for tier in tiers {
      let reason = fault.tiers.reason(against: tier.rawValue)
      #expect((reason == nil) == targets.contains(tier))
      #expect(fault.refusal(of: tier, in: target)?.hasSuffix(": \(reason ?? "")") ?? true)
    }
    #expect(fault.tiers.isEvery == (targets == tiers))
  }

  @Test(arguments: FaultCatalogue.definitions) func anUndoFindsWhatHeals(_ fault: FaultDefinition) {
    #expect(FaultCatalogue.standard.fault(of: fault.kind) != nil)
    #expect(FaultCatalogue.definition(named: fault.name) == fault)
    #expect(fault.summary.hasSuffix("."))
    // A service that does not run answers no request.
    #expect(!fault.traits.contains(.stopsNodes) || fault.traits.contains(.takesNodesDown))
  }

  @Test func namesAreUnique() {
    #expect(Set(FaultCatalogue.definitions.map(\.name)).count == FaultCatalogue.definitions.count)
    for fault in FaultCatalogue.definitions {
      let words = ["tier", "role", "owner-of", "side", "mode"] + fault.fields.map(\.name)
      #expect(Set(words).count == words.count, "\(fault.name)")
    }
  }

  @Test func theReadmeHasTheTable() throws {
    let readme = try String(contentsOfFile: "\(Texts.planFolder)/README.md", encoding: .utf8)
    #expect(
      readme.contains("\n\(FaultTable.markdown(for: StoreTarget.forPlans))\n"),
      "replace it with what `kvchaos plan faults --markdown` prints")
  }

  @Test func theListNamesEveryField() {
    let lines = FaultTable.text(for: StoreTarget.forPlans).split(separator: "\n")
    #expect(lines.contains("kill          SIGKILL, or another signal; healed by starting the container."))
    #expect(lines.contains("              spare (0): a whole number from 0 to 1000. How many more than are open."))
    #expect(lines.contains("              targets: all but `proxy`, `etcd`"))
    #expect(lines.count == FaultCatalogue.definitions.reduce(0) { $0 + 2 + $1.fields.count })
  }
}
