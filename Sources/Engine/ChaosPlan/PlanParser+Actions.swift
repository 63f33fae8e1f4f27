import Faults
import Yams

extension PlanParser {
  /// What a fault does, from the words beside its selector; `nil`, with a problem reported, where one is missing.
  static func action(
    _ definition: FaultDefinition, _ reader: MappingReader, _ target: PlanTarget
  ) -> FaultAction? {
    var settings = FaultSettings()
    var (isComplete, isValid) = (true, true)
    for field in definition.fields {
      let node =
        field.isRequired ? reader.required(field.name, hint: field.needHint(for: target)) : reader.optional(field.name)
      let value = node.flatMap { reader.value(of: field, $0, target) }
      if let value { settings.set(value, for: field) }
      if value == nil, node != nil { isValid = false }
      if value == nil, field.isRequired { isComplete = false }
    }
    guard isComplete else { return nil }
    if isValid, let problem = definition.check(settings) {
      reader.problems.add(problem.message, at: problem.field.flatMap(reader.optional) ?? reader.node)
    }
    return FaultAction(definition, settings)
  }

  /// The targets of a fault: `tier`, `role`, `owner-of`, `side`, `mode`; of one that divides a tier, the tier.
  static func selector(
    _ reader: MappingReader, _ definition: FaultDefinition, _ target: PlanTarget
  ) -> Selector? {
    guard definition.hasSides else { return anySelector(reader, definition, target) }
    for word in ["role", "owner-of", "side", "mode"] {
      if let node = reader.optional(word) {
        reader.problems.add(
          "`\(definition.name)` divides a whole tier, so it takes no `\(word)`; `isolate` does", at: node)
      }
    }
    return anySelector(reader, definition, target).map { Selector(tier: $0.tier, mode: .all) }
  }

  private static func anySelector(
    _ reader: MappingReader, _ definition: FaultDefinition, _ target: PlanTarget
  ) -> Selector? {
    let words = target.tierWords + [Selector.wholeStack]
    let tierNode = reader.required("tier", hint: "one of \(words.map { "`\($0)`" }.joined(separator: ", "))")
    let isWholeStack = tierNode?.scalar?.string == Selector.wholeStack
    let tier = isWholeStack ? nil : tierNode.flatMap { reader.tier($0, "tier", target) }
    let roleNode = reader.optional("role")
    let role = roleNode.flatMap { reader.role($0, "role", target) }
    let ownerNode = reader.optional("owner-of")
    let ownerOf = ownerNode.flatMap {
      reader.text($0, "owner-of", hint: "a key, or `hot.3` for the workload's hot key 3")
    }
    if ownerOf != nil, let tier, target[tier]?.keyOwner == nil {
      let owners = target.tiers.filter { $0.keyOwner != nil }.map { "`\($0.tier.rawValue)`" }.joined(separator: ", ")
      reader.problems.add("`owner-of` is for \(owners), whose masters own slots of keys", at: ownerNode)
    }
    let sideNode = reader.optional("side")
    let side = sideNode.flatMap { reader.choice($0, "side", what: "side", of: PartitionSide.self) }
    if isWholeStack, !definition.tiers.isEvery || roleNode != nil || ownerNode != nil {
      reader.problems.add(
        "`tier: all` takes no role, and works only with faults that every tier supports", at: tierNode)
    }
    if let tier, let reason = definition.refusal(of: tier, in: target) { reader.problems.add(reason, at: tierNode) }
    let mode = mode(reader)
    if definition.isOfWholeTier, role != nil || side != nil || mode != .one {
      reader.problems.add(
        "`\(definition.name)` targets a whole tier: it takes no `role`, `side` or `mode`", at: tierNode)
    }
    guard tier != nil || isWholeStack else { return nil }
    return Selector(tier: tier, role: role, ownerOf: ownerOf, side: side, mode: mode)
  }

  /// `mode: one`, or `mode: { fixed: 2 }`.
  private static func mode(_ reader: MappingReader) -> SelectionMode {
    guard let node = reader.optional("mode") else { return .one }
    if node.mapping != nil {
      guard let counted = MappingReader(node, name: "`mode`", problems: reader.problems) else { return .one }
      let fixed = counted.integer("fixed", in: 1...100)
      let percent = counted.integer("fixed-percent", in: 1...100)
      counted.finish()
      switch (fixed, percent) {
      case (let count?, nil): return .fixed(count)
      case (nil, let percent?): return .fixedPercent(percent)
      case (_?, _?):
        reader.problems.add("`mode` takes `fixed` or `fixed-percent`, not both", at: node)
      case (nil, nil):
        if node.mapping?.isEmpty == true { reader.problems.add("`mode` is empty", at: node) }
      }
      return .one
    }
    guard let word = reader.text(node, "mode", hint: "a word, or `{ fixed: 2 }`") else { return .one }
    switch word {
    case "one": return .one
    case "all": return .all
    case "minority": return .minority
    case "majority": return .majority
    case "fixed", "fixed-percent":
      reader.problems.add("`mode: \(word)` needs a number: `mode: { \(word): 2 }`", at: node)
    default:
      reader.problems.addUnknown(
        "mode", word, words: ["one", "all", "minority", "majority", "fixed", "fixed-percent"], at: node)
    }
    return .one
  }
}
