import Faults
import Yams

extension PlanParser {
  /// The words of a step besides that of what it does.
  private static let stepWords = ["at", "duration", "every", "weight"]
  private static let groupWords = ["sequence", "parallel", "random"]

  /// `faults: [ … ]`; what is wrong is reported and left out.
  static func faults(_ node: Node, frame: PlanFrame, problems: ProblemList) -> [FaultStep] {
    guard let items = node.sequence else {
      problems.add("`faults` must be a list: `- kill: { tier: redis, role: master }`", at: node)
      return []
    }
    return items.compactMap { step($0, frame: frame, problems: problems)?.step }
  }

  static func step(
    _ node: Node, frame: PlanFrame, isChoice: Bool = false, problems: ProblemList
  ) -> (step: FaultStep, weight: Double)? {
    guard let reader = MappingReader(node, name: "a fault", problems: problems) else { return nil }
    let words = FaultCatalogue.definitions.map(\.name) + groupWords
    let present = words.compactMap { word in
      reader.optional(word).map { (word: word, node: $0) }
    }
    let at = reader.duration("at") ?? .zero
    let weight =
      isChoice ? reader.value("weight", hint: "a number above 0, like `3`", parse: Units.weight) ?? 1 : 1
    defer { reader.finish() }
    guard present.count <= 1 else {
      _ = [reader.optional("duration"), reader.optional("every")]
      problems.add("a fault does one thing; write `\(present[1].word)` as a separate fault", at: present[1].node)
      return nil
    }
    guard let (word, content) = present.first else {
      let duration = [reader.optional("duration"), reader.optional("every")]
      // A misspelt kind is reported by `finish` already.
      if node.mapping?.keys.allSatisfy({ stepWords.contains($0.scalar?.string ?? "") }) == true {
        let known = words.map { "`\($0)`" }.joined(separator: ", ")
        problems.add("a fault does not say what it does; one of \(known)", at: node)
      } else if duration[0] == nil {
        problems.add(noDuration, at: node)
      }
      return nil
    }
    if let definition = FaultCatalogue.definition(named: word) {
      let fault = fault(definition, content, at: at, reader, frame: frame)
      return fault.map { (.fault($0), weight) }
    }
    let group = isChoice ? nil : group(word, content, at: at, frame: frame, problems: problems)
    if isChoice {
      problems.add("`\(word)` cannot be one of the faults of `random`; give it single faults", at: content)
    }
    return group.map { ($0, weight) }
  }

  private static func group(
    _ word: String, _ content: Node, at: Duration, frame: PlanFrame, problems: ProblemList
  ) -> FaultStep? {
    if word == "random" { return random(content, at: at, frame: frame, problems: problems).map(FaultStep.random) }
    guard let items = content.sequence, !items.isEmpty else {
      problems.add("`\(word)` must be a list of faults that is not empty", at: content)
      return nil
    }
    let steps = items.compactMap { step($0, frame: frame, problems: problems)?.step }
    return word == "sequence" ? .sequence(steps, at: at) : .parallel(steps, at: at)
  }

  /// `random: { for: 10m, interval: 15s, jitter: 5s, at-once: 1, faults: [ … ] }`
  private static func random(
    _ node: Node, at: Duration, frame: PlanFrame, problems: ProblemList
  ) -> RandomFaults? {
    guard let reader = MappingReader(node, name: "`random`", problems: problems) else { return nil }
    let length = requiredDuration(reader, "for", hint: "its duration, like `10m`")
    let interval = requiredDuration(reader, "interval", hint: "the time from one fault to the next, like `15s`")
    let jitter = reader.duration("jitter") ?? .zero
    let atOnce = reader.integer("at-once", in: 1...8) ?? 1
    let list = reader.required("faults", hint: "the list to draw from")
    reader.finish()
    guard let list else { return nil }
    let items = list.sequence ?? []
    let choices = items.compactMap { item -> RandomFaults.Choice? in
      guard let (step, weight) = step(item, frame: frame, isChoice: true, problems: problems),
        case .fault(let fault) = step
      else { return nil }
      return RandomFaults.Choice(fault, weight: weight)
    }
    if items.isEmpty { problems.add("`faults` of `random` must be a list that is not empty", at: list) }
    guard let length, let interval, !choices.isEmpty else { return nil }
    return RandomFaults(
      at: at, length: length, interval: interval, jitter: jitter, atOnce: atOnce, choices: choices)
  }

  private static func fault(
    _ definition: FaultDefinition, _ settings: Node, at: Duration, _ reader: MappingReader, frame: PlanFrame
  ) -> PlannedFault? {
    let duration = duration(reader, definition)
    let every = every(reader)
    guard let target = MappingReader(settings, name: "`\(definition.name)`", problems: reader.problems) else {
      return nil
    }
    let action = action(definition, target, frame.target)
    let selector = selector(target, definition, frame.target)
    target.finish()
    guard let action, let duration, let selector else { return nil }
    let fault = PlannedFault(action: action, selector: selector, at: at, duration: duration, every: every)
    check(fault, frame, settings, reader.problems)
    return fault
  }

  private static let noDuration = "a fault has no `duration`; it needs the time until it is healed, like `8s`"

  /// `8s`, `until-recovered`, `{ until-recovered: 90s }`; may be left out where the fault is over by itself.
  private static func duration(_ reader: MappingReader, _ definition: FaultDefinition) -> FaultDuration? {
    guard let node = reader.optional("duration") else {
      if definition.traits.contains(.momentary) { return .fixed(.zero) }
      reader.problems.add(noDuration, at: reader.node)
      return nil
    }
    let word = "until-recovered"
    if node.mapping != nil {
      guard let inner = MappingReader(node, name: "`duration`", problems: reader.problems) else { return nil }
      let limit = inner.duration(word)
      inner.finish()
      return limit.map { .untilRecovered(limit: $0) }
    }
    if node.scalar?.string == word { return .untilRecovered(limit: FaultDuration.recoveryLimit) }
    return reader.value(
      of: node, "duration", hint: "a duration with its unit (`500ms`, `8s`, `2m`), or `\(word)`", parse: Units.duration
    ).map { .fixed($0) }
  }

  /// `{ interval: 10s, jitter: 2s, times: 3 }`
  private static func every(_ reader: MappingReader) -> Repetition? {
    guard let every = reader.mapping("every") else { return nil }
    let interval = requiredDuration(every, "interval", hint: "the time from one strike to the next, like `10s`")
    let jitter = every.duration("jitter") ?? .zero
    let times = every.required("times", hint: "how often it strikes").flatMap { node in
      every.value(of: node, "times", hint: "a whole number from 1 to 1000") { text in
        Int(text).flatMap { (1...1_000).contains($0) ? $0 : nil }
      }
    }
    every.finish()
    guard let interval, let times else { return nil }
    return Repetition(interval: interval, jitter: jitter, times: times)
  }

  private static func requiredDuration(_ reader: MappingReader, _ word: String, hint: String) -> Duration? {
    reader.required(word, hint: hint).flatMap { node in
      reader.value(of: node, word, hint: "a duration above 0 with its unit: `500ms`, `8s`, `2m`") { text in
        Units.duration(text).flatMap { $0 > .zero ? $0 : nil }
      }
    }
  }
}
