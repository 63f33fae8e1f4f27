import Yams

extension PlanParser {
  /// The settings of a network fault; what is wrong is reported and replaced by the default.
  static func networkAction(_ kind: FaultAction.Kind, _ reader: MappingReader) -> NetworkAction {
    switch kind {
    case .isolate:
      return NetworkAction(effect: .isolate, peers: peers(reader), direction: direction(reader))
    case .partition:
      return NetworkAction(effect: .partition(partition(reader)), peers: .ownTier)
    case .loss:
      let percent = percent(reader, in: 1...99, isRequired: true)
      return NetworkAction(effect: .loss(percent: percent), peers: peers(reader), direction: direction(reader))
    case .reset:
      let percent = percent(reader, in: 1...100, isRequired: false)
      return NetworkAction(effect: .reset(percent: percent), peers: peers(reader))
    case .latency:
      return NetworkAction(effect: latency(reader), peers: peers(reader), direction: .outbound)
    case .bandwidth:
      let hint = "bits a second with the unit, from `8kbit/s` to `1000mbit/s`"
      let rate = reader.required("rate", hint: hint)
        .flatMap { reader.value(of: $0, "rate", hint: hint, parse: Units.bitsPerSecond) }
      return NetworkAction(
        effect: .bandwidth(bitsPerSecond: rate ?? 1_000_000), peers: peers(reader), direction: .outbound)
    case .dnsFailure:
      return NetworkAction(effect: .nameResolution, direction: .outbound)
    default:
      preconditionFailure("\(kind.rawValue) is not a network fault")
    }
  }

  /// A partition divides a whole tier.
  static func partitionSelector(_ reader: MappingReader) -> Selector? {
    for word in ["role", "owner-of", "side", "mode"] {
      if let node = reader.optional(word) {
        reader.problems.add("`partition` divides a whole tier, so it takes no `\(word)`; `isolate` does", at: node)
      }
    }
    return selector(reader, .partition).map { Selector(tier: $0.tier, mode: .all) }
  }

  /// A side is that of a partition, so the plan must have one.
  static func checkSides(_ steps: [FaultStep], _ root: MappingReader, _ problems: ProblemList) {
    let faults = steps.flatMap(\.faults)
    guard let fault = faults.first(where: { $0.selector.side != nil }),
      !faults.contains(where: { $0.action.kind == .partition })
    else { return }
    problems.add(
      "`\(fault.label)` strikes on a side of a partition, but the plan has no `partition`", at: root.optional("faults"))
  }

  /// `shape: halves, minority: leader, with: [api, proxy]`
  private static func partition(_ reader: MappingReader) -> PartitionSettings {
    let shapes = PartitionShape.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    var settings = PartitionSettings(
      reader.required("shape", hint: "one of \(shapes)")
        .flatMap { reader.choice($0, "shape", what: "shape", of: PartitionShape.self) } ?? .halves)
    let tier = reader.optional("tier").flatMap { $0.scalar?.string }.flatMap(Tier.init(rawValue:))
    let minority = reader.optional("minority")
    settings.minority = minority.flatMap { reader.choice($0, "minority", what: "role", of: Role.self) }
    if let tier, let role = settings.minority, !tier.roles.contains(role) {
      let known = tier.roles.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      reader.problems.add(
        "no node of `\(tier.rawValue)` is ever a `\(role.rawValue)`; its roles: \(known)", at: minority)
    }
    let with = reader.optional("with")
    settings.with = with.map { tiers($0, of: tier, reader) } ?? []
    if !settings.shape.hasSides, let node = minority ?? with {
      reader.problems.add("a `\(settings.shape.rawValue)` has no sides, so no node can be placed on one", at: node)
    }
    return settings
  }

  /// `[api, proxy]`: other tiers than the divided one.
  private static func tiers(_ node: Node, of divided: Tier?, _ reader: MappingReader) -> [Tier] {
    guard let items = node.sequence, !items.isEmpty else {
      reader.problems.add("`with` must be a list of tiers, like `[api, proxy]`", at: node)
      return []
    }
    var found: [Tier] = []
    for item in items {
      guard let tier = reader.choice(item, "with", what: "tier", of: Tier.self) else { continue }
      if tier == divided || found.contains(tier) {
        reader.problems.add("`\(tier.rawValue)` is already divided", at: item)
      } else {
        found.append(tier)
      }
    }
    return found
  }

  private static func latency(_ reader: MappingReader) -> NetworkEffect {
    let hint = "a duration with its unit, from `1ms` to `10s`"
    func read(_ node: Node, _ word: String) -> Duration? {
      reader.value(of: node, word, hint: hint) { text in
        Units.duration(text).flatMap { (.milliseconds(1) ... .seconds(10)).contains($0) ? $0 : nil }
      }
    }
    let delay = reader.required("delay", hint: hint).flatMap { read($0, "delay") }
    let jitterNode = reader.optional("jitter")
    let jitter = jitterNode.flatMap { read($0, "jitter") } ?? .zero
    if let delay, jitter > delay {
      reader.problems.add("`jitter` is more than `delay`; a packet cannot leave before it arrives", at: jitterNode)
    }
    return .latency(delay: delay ?? .milliseconds(100), jitter: jitter)
  }

  private static func percent(_ reader: MappingReader, in range: ClosedRange<Int>, isRequired: Bool) -> Int {
    let hint = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let node = isRequired ? reader.required("percent", hint: hint) : reader.optional("percent")
    return node.flatMap { node in
      reader.value(of: node, "percent", hint: hint) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    } ?? range.upperBound
  }

  private static func peers(_ reader: MappingReader) -> NetworkPeers {
    guard let node = reader.optional("peers") else { return .everyone }
    let words = NetworkPeers.words
    guard let text = reader.text(node, "peers", hint: "one of \(words.map { "`\($0)`" }.joined(separator: ", "))")
    else {
      return .everyone
    }
    guard let peers = NetworkPeers(word: text) else {
      reader.problems.addUnknown("peers", text, words: words, at: node)
      return .everyone
    }
    return peers
  }

  private static func direction(_ reader: MappingReader) -> NetworkDirection {
    reader.word("direction", what: "direction", of: NetworkDirection.self) ?? .both
  }
}
