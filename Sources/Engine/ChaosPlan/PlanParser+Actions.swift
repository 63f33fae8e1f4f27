import Yams

extension PlanParser {
  /// What a fault does, from the words beside its selector; `nil`, with a problem reported, where one is missing.
  static func action(_ kind: FaultAction.Kind, _ reader: MappingReader) -> FaultAction? {
    switch kind {
    case .kill:
      let signal = reader.value("signal", hint: "a signal's name, like `SIGKILL`") { text in
        FaultAction.signals.contains(text) ? text : nil
      }
      return .kill(signal: signal ?? "SIGKILL")
    case .stop:
      return .stop(timeout: reader.duration("timeout") ?? .seconds(10))
    case .pause:
      return .pause
    case .restart:
      return .restart(timeout: reader.duration("timeout") ?? .seconds(10))
    case .crashLoop:
      return .crashLoop(interval: reader.duration("interval") ?? .seconds(2))
    case .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure:
      return .network(networkAction(kind, reader))
    case .cpuLimit:
      let node = reader.required("cores", hint: "the cores to allow, like `0.1`")
      let cores = node.flatMap { node in
        reader.value(of: node, "cores", hint: "a number from 0.01 to 64", parse: Units.cores)
      }
      return cores.map { .cpuLimit(cores: $0) }
    case .memoryLimit:
      let node = reader.required("bytes", hint: "the memory to allow, like `128MiB`")
      let bytes = node.flatMap { node in
        reader.value(of: node, "bytes", hint: "a size of at least 6MiB, like `128MiB`", parse: Units.memory)
      }
      return bytes.map { .memoryLimit(bytes: $0) }
    case .flush: return .flush
    case .failover: return .failover
    case .drain: return .drain
    case .wipe: return .wipe
    case .clock: return clock(reader)
    case .diskFull: return .diskFull
    case .readOnly: return .readOnly
    case .fileLimit: return .fileLimit(spare: reader.integer("spare", in: 0...1_000) ?? 0)
    case .scale:
      let node = reader.required("to", hint: "the number of containers of the tier")
      let count = node.flatMap { node in
        reader.value(of: node, "to", hint: "a whole number from 1 to 32") { text in
          Int(text).flatMap { (1...32).contains($0) ? $0 : nil }
        }
      }
      return count.map { .scale(count: $0) }
    case .forget: return .forget
    case .moveSlots: return .moveSlots(count: reader.integer("slots", in: 1...2_000) ?? 500)
    }
  }

  /// `clock: { tier: sql, offset: -60s, drift: 5% }`
  private static func clock(_ reader: MappingReader) -> FaultAction? {
    let offsetNode = reader.optional("offset")
    let driftNode = reader.optional("drift")
    guard offsetNode != nil || driftNode != nil else {
      reader.problems.add("`clock` needs an `offset` (`60s`, `-60s`) or a `drift` (`5%`, `-5%`)", at: reader.node)
      return nil
    }
    let offset = offsetNode.map { node in
      reader.value(of: node, "offset", hint: "a duration of at least 1s, like `60s`, or `-60s` for back") { text in
        Units.signed(text, Units.duration).flatMap { abs($0 / .seconds(1)) >= 1 ? $0 : nil }
      }
    }
    let drift = driftNode.map { node in
      reader.value(of: node, "drift", hint: "a percentage from 1% to 50%, like `5%`, or `-5%` for a slow clock") {
        text in
        text.hasSuffix("%")
          ? Units.signed(text, Units.share).flatMap { (0.01...0.5).contains(abs($0)) ? $0 : nil } : nil
      }
    }
    // Both are read, so that all that is wrong is said at once.
    guard let offset = offset ?? .some(.zero), let drift = drift ?? .some(0) else { return nil }
    return .clock(offset: offset, drift: drift)
  }

  /// The targets of a fault: `tier`, `role`, `owner-of`, `side`, `mode`.
  static func selector(_ reader: MappingReader, _ kind: FaultAction.Kind) -> Selector? {
    let words = Tier.allCases.map(\.rawValue) + [Selector.wholeStack]
    let tierNode = reader.required("tier", hint: "one of \(words.map { "`\($0)`" }.joined(separator: ", "))")
    let isWholeStack = tierNode?.scalar?.string == Selector.wholeStack
    let tier = isWholeStack ? nil : tierNode.flatMap { reader.choice($0, "tier", what: "tier", of: Tier.self) }
    let roleNode = reader.optional("role")
    let role = roleNode.flatMap { reader.choice($0, "role", what: "role", of: Role.self) }
    if let tier, let role, !tier.roles.contains(role) {
      let known = tier.roles.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      reader.problems.add(
        "no node of `\(tier.rawValue)` is ever a `\(role.rawValue)`; its roles: \(known)", at: roleNode)
    }
    let ownerNode = reader.optional("owner-of")
    let ownerOf = ownerNode.flatMap {
      reader.text($0, "owner-of", hint: "a key, or `hot.3` for the workload's hot key 3")
    }
    if ownerOf != nil, let tier, tier != .redis {
      reader.problems.add("`owner-of` is for `redis`, whose masters own slots of keys", at: ownerNode)
    }
    let sideNode = reader.optional("side")
    let side = sideNode.flatMap { reader.choice($0, "side", what: "side", of: PartitionSide.self) }
    if isWholeStack, kind.tiers.count < Tier.allCases.count || roleNode != nil || ownerNode != nil {
      reader.problems.add(
        "`tier: all` takes no role, and works only with faults that every tier supports", at: tierNode)
    }
    if let tier, !kind.tiers.contains(tier) {
      let known = kind.tiers.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      let reason = kind.reason(against: tier).map { ": \($0)" } ?? ""
      reader.problems.add(
        "`\(kind.rawValue)` cannot target `\(tier.rawValue)`; it supports \(known)\(reason)", at: tierNode)
    }
    let mode = mode(reader)
    if kind == .scale, role != nil || side != nil || mode != .one {
      reader.problems.add("`scale` targets a whole tier: it takes no `role`, `side` or `mode`", at: tierNode)
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
