import Faults

/// The list of faults: a fault has one word that says what it does, and words that say when.
extension PlanSchema {
  static func step(isChoice: Bool) -> SchemaValue {
    let definitions = FaultCatalogue.definitions
    let groups: [(word: String, schema: SchemaValue)] = [
      ("sequence", list("One after another: each begins when the one before it is healed.")),
      ("parallel", list("All at once; over when the last of them is.")), ("random", reference("random")),
    ]
    let timing: [Word] =
      [
        .optional(
          "at", reference("duration", "After the steady state before; in a sequence, after the step before it."))
      ]
      + [.optional("duration", reference("fault-duration")), .optional("every", reference("every"))]
      + (isChoice
        ? [
          .optional(
            "weight",
            .fields([
              "type": "number", "exclusiveMinimum": .number(0),
              "description": "How often it is drawn, relative to the others.",
            ]))
        ] : [])
    let words =
      definitions.map { Word.optional($0.name, reference($0.name)) }
      + (isChoice ? [] : groups.map { Word.optional($0.word, $0.schema) }) + timing
    let alone = SchemaValue.fields([
      "not": .fields(["anyOf": .list([requires(["duration"]), requires(["every"])])])
    ])
    let oneOf =
      definitions.map { requires([$0.name]) }
      + (isChoice ? [] : groups.map { requires([$0.word]).adding(["allOf": .list([alone])]) })
    let lasting = definitions.filter { !$0.traits.contains(.momentary) }.map {
      SchemaValue.Field(name: $0.name, value: .texts(["duration"]))
    }
    return mapping(isChoice ? "A fault to draw." : "A fault, or a group of faults.", words).adding([
      "oneOf": .list(oneOf), "dependentRequired": .object(lasting),
    ])
  }

  private static func list(_ description: String) -> SchemaValue {
    .fields([
      "type": "array", "description": .text(description), "minItems": .number(1), "items": reference("step"),
    ])
  }

  static var random: SchemaValue {
    mapping(
      "Faults drawn by the seed, again and again.",
      [
        .required("for", reference("duration", "No fault begins later.")),
        .required("interval", reference("duration", "From one beginning to the next.")),
        .optional("jitter", reference("duration")),
        .optional("at-once", integer("How many may be open at once.", from: 1, to: 8)),
        .required("faults", .fields(["type": "array", "minItems": .number(1), "items": reference("choice")])),
      ])
  }

  static var faultDuration: SchemaValue {
    .fields([
      "description": "How long it stays before it is healed.",
      "anyOf": .list([
        .fields(["const": "until-recovered"]), reference("duration"),
        mapping("At most this long.", [.required("until-recovered", reference("duration"))]),
      ]),
    ])
  }

  static var every: SchemaValue {
    mapping(
      "It strikes again; it never meets itself.",
      [
        .required("interval", reference("duration", "From one strike to the next.")),
        .optional("jitter", reference("duration")),
        .required("times", integer("How often it strikes.", from: 1, to: 1_000)),
      ])
  }

  static var mode: SchemaValue {
    let counts: [(String, String)] = [("fixed", "A number of nodes."), ("fixed-percent", "A percentage.")]
    return .fields([
      "description": "How many of the nodes that match.",
      "anyOf": .list(
        [.fields(["enum": .texts(["one", "all", "minority", "majority"])])]
          + counts.map { mapping($0.1, [.required($0.0, integer($0.1, from: 1, to: 100))]) }),
    ])
  }

  /// Which roles the nodes of each tier can have.
  static func roles(_ target: PlanTarget) -> SchemaValue {
    let ofTiers = target.tiers.map { tier in
      condition(
        "tier", tier.tier.rawValue,
        then: .fields([
          "properties": .fields([
            "role": .fields(["enum": .texts(tier.roleWords)]),
            "minority": .fields(["enum": .texts(tier.roleWords)]),
          ])
        ]))
    }
    let ofTheStack = condition(
      "tier", Selector.wholeStack,
      then: .fields(["properties": .fields(["role": false, "owner-of": false])]))
    let owners = target.tiers.filter { $0.keyOwner != nil }.map(\.tier.rawValue)
    let isOwner: SchemaValue =
      owners.count == 1 ? .fields(["const": .text(owners[0])]) : .fields(["enum": .texts(owners)])
    let ofOwners = SchemaValue.fields([
      "if": requires(["owner-of"]), "then": .fields(["properties": .fields(["tier": isOwner])]),
    ])
    return .fields(["allOf": .list(ofTiers + [ofTheStack, ofOwners])])
  }

  private static func condition(_ word: String, _ value: String, then: SchemaValue) -> SchemaValue {
    .fields([
      "if": .object([
        .init(
          name: "properties",
          value: .object([.init(name: word, value: .fields(["const": .text(value)]))])),
        .init(name: "required", value: .texts([word])),
      ]),
      "then": then,
    ])
  }

  /// The fields of a fault: its targets and its own settings.
  static func settings(of definition: FaultDefinition, _ target: PlanTarget) -> SchemaValue {
    let tiers =
      definition.targetTiers(in: target).map(\.rawValue) + (definition.tiers.isEvery ? [Selector.wholeStack] : [])
    let tier = Word.required(
      "tier",
      .fields(["description": "A tier; `all` is the whole stack.", "enum": .texts(tiers)]))
    let whom: [Word] = [
      .optional(
        "role",
        .fields([
          "description": "Resolved when the fault strikes.", "enum": .texts(target.roles.map(\.rawValue)),
        ])),
      .optional(
        "owner-of",
        .fields(["type": "string", "description": "The Redis master of this key; `hot.3` is the workload's hot key 3."])
      ),
      .optional("side", choice("Only nodes on this side of the partition in effect.", PartitionSide.self)),
      .optional("mode", reference("mode")),
    ]
    let own = definition.fields.map { Word(name: $0.name, schema: schema(of: $0, target), isRequired: $0.isRequired) }
    return mapping(definition.summary, [tier] + (definition.hasSides ? [] : whom) + own)
      .adding(["allOf": .list([reference("roles")])])
  }

  /// What a field of a fault takes.
  private static func schema(of field: FaultField, _ target: PlanTarget) -> SchemaValue {
    let description = field.meaning.map { SchemaValue.fields(["description": .text($0)]) } ?? .fields([:])
    let meaning = field.meaning ?? field.name
    switch field.values {
    case .choice(let words): return description.adding(["enum": .texts(words)])
    case .peers: return description.adding(["enum": .texts(NetworkPeers.words(in: target))])
    case .role: return description.adding(["enum": .texts(target.roles.map(\.rawValue))])
    case .tiers:
      return SchemaValue.fields(["type": "array", "description": .text(meaning)]).adding([
        "minItems": .number(1), "items": .fields(["enum": .texts(target.tierWords)]),
      ])
    case .duration: return reference("duration", field.meaning)
    case .signedDuration: return pattern(meaning, "^-?\(number)(ms|s|m|h)$")
    case .signedPercentage: return pattern(meaning, "^-?\(number)%$")
    case .integer(let range): return integer(meaning, from: range.lowerBound, to: range.upperBound)
    case .number(let range):
      return .fields([
        "type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
        "description": .text(meaning),
      ])
    case .memory: return pattern(meaning, "^\(number)(MiB|GiB)$")
    case .bitRate: return pattern(meaning, "^\(number)(kbit|mbit)/s$")
    }
  }
}
