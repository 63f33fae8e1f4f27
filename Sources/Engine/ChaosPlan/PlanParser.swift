import Yams

/// Reads plans from YAML.
public enum PlanParser {
  /// Reads and validates one plan.
  ///
  /// - Parameters:
  ///   - text: the YAML document.
  ///   - path: how messages name the file.
  /// - Throws: `PlanError` with every problem found, each with line, column and the nearest valid word.
  public static func parse(_ text: String, path: String) throws(PlanError) -> Plan {
    try parse(text, path: path) { plan($0, problems: $1) }
  }

  /// The same for what a document of either kind is read as.
  static func parse<Content>(
    _ text: String, path: String, _ read: (Node, ProblemList) -> Content?
  ) throws(PlanError) -> Content {
    let problems = ProblemList()
    let content = document(text, problems: problems).flatMap { read($0, problems) }
    guard let content, problems.problems.isEmpty else {
      let ordered = problems.problems.enumerated().sorted { left, right in
        (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
      }
      precondition(!ordered.isEmpty, "a plan that could not be read has at least one problem")
      throw PlanError(path: path, problems: ordered.map(\.element))
    }
    return content
  }

  private static func document(_ text: String, problems: ProblemList) -> Node? {
    do {
      guard let node = try Yams.compose(yaml: text), node.mapping?.isEmpty != true, node.null == nil else {
        problems.add("the file has no plan in it; see `chaos/` for examples", mark: nil)
        return nil
      }
      return node
    } catch let error as YamlError {
      problems.add(error: error)
    } catch {
      problems.add("cannot be read as YAML: \(error)", mark: nil)
    }
    return nil
  }

  private static func plan(_ node: Node, problems: ProblemList) -> Plan? {
    guard let root = MappingReader(node, name: "the plan", problems: problems) else { return nil }
    let name = root.required("name", hint: "lower-case words joined by hyphens, like `redis-master-kill`")
      .flatMap { node in
        root.value(of: node, "name", hint: "lower-case words joined by hyphens, like `redis-master-kill`") { text in
          isName(text) ? text : nil
        }
      }
    let description = root.required("description", hint: "the question that it asks, in a sentence")
      .flatMap { root.text($0, "description", hint: "the question that the plan asks, in a sentence") }
    let stack = root.mapping("stack").map(self.stack) ?? StackSettings()
    let workload = root.required("workload", hint: "`kind`, `clients` and `keys`")
      .flatMap { MappingReader($0, name: "`workload`", problems: problems) }
      .flatMap(self.workload)
    let steadyState = root.mapping("steady-state").map(self.steadyState) ?? SteadyState()
    let safety = root.mapping("safety").map(self.safety) ?? SafetySettings()
    let frame = PlanFrame(stack: stack, safety: safety, scaled: scaledTiers(root.optional("faults")))
    let faults = root.required("faults", hint: "a list (`[]` for a run without faults)")
      .map { self.faults($0, frame: frame, problems: problems) }
    checkSides(faults ?? [], root, problems)
    checkTogether(faults ?? [], frame, root, problems)
    let expect = root.mapping("expect").map { self.expectations($0, workload: workload) } ?? Expectations()
    let seed = root.value("seed", hint: "a whole number from 0 to 18446744073709551615") { UInt64($0) }
    if let workload { checkHotKeys(faults ?? [], workload, root, problems) }
    root.finish()
    guard let name, let description, let workload, let faults else { return nil }
    let plan = Plan(
      name: name, description: description, stack: stack, workload: workload, steadyState: steadyState, faults: faults,
      safety: safety, expect: expect, seed: seed)
    if let conflict = plan.conflict(with: stack.sql.flavour) {
      problems.add("\(conflict); set `stack: { sql: patroni }`", at: root.optional("stack"))
    }
    return plan
  }

  static func isName(_ text: String) -> Bool {
    text.count <= 64
      && text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
      }
  }

  private static func stack(_ reader: MappingReader) -> StackSettings {
    let settings = StackSettings(
      sql: reader.word("sql", what: "SQL flavour", of: SQLFlavourChoice.self) ?? .auto,
      workers: reader.integer("workers", in: 1...16), apis: reader.integer("apis", in: 1...16))
    reader.finish()
    return settings
  }

  private static func steadyState(_ reader: MappingReader) -> SteadyState {
    var steadyState = SteadyState()
    steadyState.before = reader.duration("before") ?? steadyState.before
    steadyState.after = reader.duration("after") ?? steadyState.after
    if let hypothesis = reader.mapping("hypothesis") {
      if let share = hypothesis.value("availability", hint: Hint.shareMinimum, parse: Units.shareMinimum) {
        steadyState.hypothesis.availabilityMinimum = share
      }
      steadyState.hypothesis.latencyP99Maximum = hypothesis.value(
        "latency-p99", hint: Hint.durationMaximum, parse: Units.durationMaximum)
      hypothesis.finish()
    }
    reader.finish()
    return steadyState
  }

  private static func expectations(_ reader: MappingReader, workload: WorkloadSettings?) -> Expectations {
    var expect = Expectations()
    expect.lostWrites = reader.integer("lost-writes", in: 0...1_000_000) ?? 0
    expect.neverWrittenReads = reader.integer("never-written-reads", in: 0...1_000_000) ?? 0
    if let node = reader.optional("linearizable") {
      expect.linearizable = reader.choice(
        node, "linearizable", what: "expectation", of: LinearizableExpectation.self)
      if let workload, !(workload.acknowledgements.contains(.committed) && workload.reads.contains(.linearizable)) {
        reader.problems.add(
          "`linearizable` needs a workload with `committed` in `ack` and `linearizable` in `read`; nothing else promises it",
          at: node)
      }
    }
    expect.availability = availability(reader)
    expect.recoveryMaximum = recovery(reader)
    if let flavours = reader.mapping("flavours") {
      for flavour in SQLFlavour.allCases {
        expect.flavours[flavour] = flavours.mapping(flavour.rawValue).flatMap(limits)
      }
      flavours.finish()
    }
    reader.finish()
    return expect
  }

  private static func availability(_ reader: MappingReader) -> Expectations.Availability {
    var found = Expectations.Availability()
    if let availability = reader.mapping("availability") {
      found.duringMinimum = availability.value("during", hint: Hint.shareMinimum, parse: Units.shareMinimum)
      found.afterMinimum = availability.value("after", hint: Hint.shareMinimum, parse: Units.shareMinimum)
      availability.finish()
    }
    return found
  }

  private static func recovery(_ reader: MappingReader) -> Duration? {
    reader.value("recovery", hint: Hint.durationMaximum, parse: Units.durationMaximum)
  }

  /// `{ because: …, recovery: "<= 20s" }`: limits of one flavour, which must say why they are others.
  private static func limits(_ reader: MappingReader) -> FlavourLimits? {
    let hint = "why this flavour has other limits, in a sentence"
    let because = reader.required("because", hint: hint).flatMap { reader.text($0, "because", hint: hint) }
    let limits = FlavourLimits(
      because: because ?? "", availability: availability(reader), recoveryMaximum: recovery(reader))
    reader.finish()
    return because == nil ? nil : limits
  }
}

/// What is right where a bound is wrong.
enum Hint {
  static let shareMinimum = "a least percentage in quotes: `\">= 99%\"`"
  static let durationMaximum = "a greatest duration in quotes: `\"<= 15s\"`"
}

extension ProblemList {
  /// What the YAML library says, with its place.
  func add(error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      add("not YAML: \(problem)", mark: mark)
    case .duplicatedKeysInMapping(let duplicates, let context):
      add("the word `\(duplicates.joined(separator: "`, `"))` is repeated in one mapping", mark: context.mark)
    case .reader(let problem, _, _, _):
      add("not YAML: \(problem)", mark: nil)
    case .dataCouldNotBeDecoded:
      add("not UTF-8 text", mark: nil)
    case .no, .memory, .writer, .representer, .emitter:
      add("cannot be read as YAML: \(error)", mark: nil)
    }
  }
}
