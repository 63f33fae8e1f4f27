import Faults
import Yams

/// How plans write the values of a fault's fields.
extension FaultField {
  /// What a valid value is.
  func validHint(for target: PlanTarget) -> String { hint ?? values.hint(target) }

  /// What a plan is told that leaves a required field out.
  func needHint(for target: PlanTarget) -> String { need ?? validHint(for: target) }
}

extension FaultField.Values {
  fileprivate func hint(_ target: PlanTarget) -> String {
    switch self {
    case .choice(let words): Self.oneOf(words)
    case .duration(nil): "a duration with its unit: `500ms`, `8s`, `2m`"
    case .duration(let range?):
      "a duration with its unit, from `\(Units.text(range.lowerBound))` to `\(Units.text(range.upperBound))`"
    case .signedDuration(let least): "a duration of at least \(Units.text(least)), like `60s` or `-60s`"
    case .signedPercentage(let range):
      "a percentage from \(Units.text(range.lowerBound * 100))% to \(Units.text(range.upperBound * 100))%, like `5%` or `-5%`"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(Units.text(range.lowerBound)) to \(Units.text(range.upperBound))"
    case .memory: "a size of at least 6MiB, like `128MiB`"
    case .bitRate: "bits a second with the unit, from `8kbit/s` to `1000mbit/s`"
    case .peers: Self.oneOf(NetworkPeers.words(in: target))
    case .role: Self.oneOf(target.roles.map(\.rawValue))
    case .tiers: "a list of tiers, like `[api, proxy]`"
    }
  }

  private static func oneOf(_ words: [String]) -> String {
    "one of \(words.map { "`\($0)`" }.joined(separator: ", "))"
  }

  /// The value that a scalar says; `nil`: none of these.
  fileprivate func value(_ text: String) -> FaultValue? {
    switch self {
    case .duration(let range):
      Units.duration(text).flatMap { range?.contains($0) != false ? .time($0) : nil }
    case .signedDuration(let least):
      Units.signed(text, Units.duration).flatMap { max($0, .zero - $0) >= least ? .time($0) : nil }
    case .signedPercentage(let range):
      text.hasSuffix("%")
        ? Units.signed(text, Units.share).flatMap { range.contains(abs($0)) ? .real($0) : nil } : nil
    case .integer(let range): Int(text).flatMap { range.contains($0) ? .whole($0) : nil }
    case .number(let range): Units.number(text).flatMap { range.contains($0) ? .real($0) : nil }
    case .memory: Units.memory(text).map { .whole($0) }
    case .bitRate: Units.bitsPerSecond(text).map { .whole($0) }
    case .choice, .peers, .role, .tiers: preconditionFailure("these are words, which are named where they are wrong")
    }
  }
}

extension MappingReader {
  /// The value of a field, or a problem.
  func value(of field: FaultField, _ node: Node, _ target: PlanTarget) -> FaultValue? {
    switch field.values {
    case .choice(let words): choice(node, field.name, what: field.name, words: words).map { .text($0) }
    case .peers:
      choice(node, field.name, what: field.name, words: NetworkPeers.words(in: target)).map { .text($0) }
    case .role: role(node, field.name, target).map { .text($0.rawValue) }
    case .tiers: tiers(node, field, target).map { .list($0.map(\.rawValue)) }
    case .duration, .signedDuration, .signedPercentage, .integer, .number, .memory, .bitRate:
      value(of: node, field.name, hint: field.validHint(for: target), parse: field.values.value)
    }
  }

  /// A tier of the target.
  func tier(_ node: Node, _ word: String, _ target: PlanTarget) -> Tier? {
    choice(node, word, what: "tier", words: target.tierWords).map { Tier(rawValue: $0) }
  }

  /// The tier that the fault is about, if it is one.
  private func struckTier(_ target: PlanTarget) -> PlanTier? {
    optional("tier")?.scalar.flatMap { target[Tier(rawValue: $0.string)] }
  }

  /// A role that nodes of the struck tier can have; with a problem, and a value, where they never have it.
  func role(_ node: Node, _ word: String, _ target: PlanTarget) -> Role? {
    guard let role = choice(node, word, what: "role", words: target.roles.map(\.rawValue)) else { return nil }
    if let tier = struckTier(target), !tier.roleWords.contains(role) {
      let known = tier.roleWords.map { "`\($0)`" }.joined(separator: ", ")
      problems.add("no node of `\(tier.tier.rawValue)` is ever a `\(role)`; its roles: \(known)", at: node)
    }
    return Role(rawValue: role)
  }

  /// `[api, proxy]`: other tiers than the struck one.
  private func tiers(_ node: Node, _ field: FaultField, _ target: PlanTarget) -> [Tier]? {
    guard let items = node.sequence, !items.isEmpty else {
      problems.add("`\(field.name)` must be \(field.validHint(for: target))", at: node)
      return nil
    }
    var found: [Tier] = []
    for item in items {
      guard let tier = tier(item, field.name, target) else { continue }
      if tier == struckTier(target)?.tier || found.contains(tier) {
        problems.add("`\(tier.rawValue)` is already divided", at: item)
      } else {
        found.append(tier)
      }
    }
    return found
  }
}
