import Yams

extension PlanParser {
  /// `faults: [ … ]`; what is wrong is reported and left out.
  static func faults(_ node: Node, problems: ProblemList) -> [PlannedFault] {
    guard let items = node.sequence else {
      problems.add("`faults` must be a list: `- kill: { tier: redis, role: master }`", at: node)
      return []
    }
    return items.compactMap { fault($0, problems: problems) }
  }

  private static func fault(_ node: Node, problems: ProblemList) -> PlannedFault? {
    guard let reader = MappingReader(node, name: "a fault", problems: problems) else { return nil }
    let words = FaultAction.Kind.allCases
    let present = words.compactMap { kind in reader.optional(kind.rawValue).map { (kind: kind, node: $0) } }
    let at = reader.duration("at") ?? .zero
    let duration = reader.duration("duration")
    if duration == nil, node.mapping?["duration"] == nil {
      problems.add("a fault has no `duration`; it needs the time until it is healed, like `8s`", at: node)
    }
    reader.finish()
    guard present.count <= 1 else {
      problems.add(
        "a fault does one thing; write `\(present[1].kind.rawValue)` as a fault of its own", at: present[1].node)
      return nil
    }
    guard let (kind, settings) = present.first else {
      // A misspelt kind is reported by `finish` already.
      if node.mapping?.keys.allSatisfy({ ["at", "duration"].contains($0.scalar?.string) }) == true {
        let known = words.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        problems.add("a fault does not say what it does; one of \(known)", at: node)
      }
      return nil
    }
    guard let target = MappingReader(settings, name: "`\(kind.rawValue)`", problems: problems) else { return nil }
    let action = action(kind, target)
    let selector = selector(target)
    target.finish()
    guard let duration, let selector else { return nil }
    return PlannedFault(action: action, selector: selector, at: at, duration: duration)
  }

  private static func action(_ kind: FaultAction.Kind, _ reader: MappingReader) -> FaultAction {
    switch kind {
    case .kill:
      let signal = reader.value("signal", hint: "a signal's name, like `SIGKILL`") { text in
        ["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGHUP"].contains(text) ? text : nil
      }
      return .kill(signal: signal ?? "SIGKILL")
    case .stop:
      return .stop(timeout: reader.duration("timeout") ?? .seconds(10))
    case .pause:
      return .pause
    }
  }

  private static func selector(_ reader: MappingReader) -> Selector? {
    let tiers = Tier.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    let tier = reader.required("tier", hint: "one of \(tiers)")
      .flatMap { reader.choice($0, "tier", what: "tier", of: Tier.self) }
    let roleNode = reader.optional("role")
    let role = roleNode.flatMap { reader.choice($0, "role", what: "role", of: Role.self) }
    if let tier, let role, !tier.roles.contains(role) {
      let known = tier.roles.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      reader.problems.add(
        "no node of `\(tier.rawValue)` is ever a `\(role.rawValue)`; its roles: \(known)", at: roleNode)
    }
    let mode = mode(reader)
    return tier.map { Selector(tier: $0, role: role, mode: mode) }
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
