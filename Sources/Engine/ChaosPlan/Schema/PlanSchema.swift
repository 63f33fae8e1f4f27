import Faults

/// The JSON Schema (draft 2020-12) of plans, for editors: the words that `PlanParser` knows, with what each means.
///
/// It describes single values. Only the parser checks conditions across the plan (shares that sum to 1, a majority that
/// is not allowed, a side without a partition).
public enum PlanSchema {
  /// The schema as JSON text: what `chaos/plan.schema.json` holds and `kvchaos plan schema` prints.
  public static func text(for target: PlanTarget) -> String { document(target).json() + "\n" }

  static func document(_ target: PlanTarget) -> SchemaValue {
    mapping(
      "What one run does: the traffic, the faults, and what the store must do meanwhile.",
      [
        .required("name", pattern("Names the folder of the results.", #"^[a-z0-9]+(-[a-z0-9]+)*$"#)),
        .required(
          "description", .fields(["type": "string", "description": "The question that the plan asks, in a sentence."])),
        .optional("stack", stack),
        .required("workload", workload),
        .optional("steady-state", steadyState),
        .optional("safety", safety),
        .required(
          "faults",
          .fields(["type": "array", "description": "Empty: a run without faults.", "items": reference("step")])),
        .optional("expect", expectations),
        .optional(
          "seed", integer("Seeds the traffic and every random choice; drawn and printed if left out.", from: 0)
        ),
      ],
      first: [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A plan of kvchaos",
      ]
    ).adding(["$defs": .object(definitions(target))])
  }

  static func definitions(_ target: PlanTarget) -> [SchemaValue.Field] {
    let quantities: KeyValuePairs<String, SchemaValue> = [
      "duration": quantity("A duration with its unit: `500ms`, `8s`, `1.5s`, `2m`, `1h`.", "(ms|s|m|h)"),
      "share": .fields([
        "description": "A share from 0 to 1, or a percentage: `0.25`, `25%`.",
        "anyOf": .list([
          .fields(["type": "number", "minimum": .number(0), "maximum": .number(1)]),
          .fields(["type": "string", "pattern": .text("^\(number) ?%$")]),
        ]),
      ]),
      "least-percentage": pattern("A least percentage: `\">= 99%\"`.", "^>= *\(number) ?%$"),
      "greatest-duration": pattern("A greatest duration: `\"<= 15s\"`.", "^<= *\(number)(ms|s|m|h)$"),
      "mode": mode,
      "roles": roles(target),
      "fault-duration": faultDuration,
      "every": every,
    ]
    return quantities.map { SchemaValue.Field(name: $0.key, value: $0.value) }
      + FaultCatalogue.definitions.map { SchemaValue.Field(name: $0.name, value: settings(of: $0, target)) } + [
        SchemaValue.Field(name: "step", value: step(isChoice: false)),
        SchemaValue.Field(name: "choice", value: step(isChoice: true)),
        SchemaValue.Field(name: "random", value: random),
      ]
  }

  private static var stack: SchemaValue {
    mapping(
      "What the plan requires of the stack; the running stack decides the rest.",
      [
        .optional("sql", choice("The flavour of the SQL tier.", SQLFlavourChoice.self)),
        .optional("workers", integer("Number of workers.", from: 1, to: 16)),
        .optional("apis", integer("Number of APIs.", from: 1, to: 16)),
      ])
  }

  private static var workload: SchemaValue {
    mapping(
      "The traffic.",
      [
        .required("kind", choice("`register`: puts, gets and deletes of independent keys.", WorkloadKind.self)),
        .required("clients", integer("Concurrent clients, each with one operation open at most.", from: 1, to: 256)),
        .required("keys", integer("Hot keys, written again and again.", from: 1, to: 100_000)),
        .optional("fresh-key-share", share("Share of the writes that go to a key of their own, written once.")),
        .optional("read-share", share("Of the operations.")),
        .optional("delete-share", share("Of the operations.")),
        .optional(
          "ack", mix("When a write is answered: one word, or words with their shares.", AcknowledgementLevel.self)),
        .optional(
          "read", mix("The source of the answer to a read: one word, or words with their shares.", ReadLevel.self)),
        .optional(
          "value-size",
          pattern("Bytes of every value, like `512KiB`; otherwise as few as make it unique.", "^\(number)(KiB|MiB)$")
        ),
        .optional(
          "rate",
          pattern(
            "Operations a second of all clients, like `120/s`; otherwise a client calls again when it was answered.",
            "^\(number)/s$")
        ),
      ])
  }

  private static var steadyState: SchemaValue {
    let hypothesis = mapping(
      "What must hold before the faults; otherwise none strikes, and the verdict is unknown.",
      [
        .optional("availability", reference("least-percentage")),
        .optional("latency-p99", reference("greatest-duration")),
      ])
    return mapping(
      "How long the store is watched without faults.",
      [
        .optional("before", reference("duration")), .optional("after", reference("duration")),
        .optional("hypothesis", hypothesis),
      ])
  }

  private static var safety: SchemaValue {
    let stopWhen = mapping(
      "Ends the faults at once; checked all the time. Either bound suffices.",
      [
        .optional("availability", pattern("Stop below this share: `\"< 20%\"`.", "^< *\(number) ?%$")),
        .optional("window", reference("duration")),
        .optional(
          "unserved", pattern("Stop when no client was served for longer: `\"> 60s\"`.", "^> *\(number)(ms|s|m|h)$")),
      ]
    ).adding(["anyOf": .list([requires(["availability"]), requires(["unserved"])])])
    return mapping(
      "What the run must not do, and when it must stop.",
      [
        .optional(
          "allow-majority-loss",
          .fields([
            "type": "boolean",
            "description": "Unless true, a fault that would take down a majority of a tier is refused.",
          ])),
        .optional("limit", reference("duration", "How long faults may go on; then everything is healed.")),
        .optional("stop-when", stopWhen),
      ])
  }

  private static var expectations: SchemaValue {
    let availability = mapping(
      "Minimum shares of operations answered with ok.",
      [.optional("during", reference("least-percentage")), .optional("after", reference("least-percentage"))])
    let linearizable = SchemaValue.fields([
      "description": "`true`: every key decided and linearizable; `unknown-allowed`: none shown not to be.",
      "enum": .list([true] + LinearizableExpectation.allCases.map { .text($0.rawValue) }),
    ])
    let flavour = mapping(
      "Other limits on this flavour of the SQL tier.",
      [
        .required("because", .fields(["type": "string", "description": "Why the limits differ, in a sentence."])),
        .optional("availability", availability), .optional("recovery", reference("greatest-duration")),
      ])
    return mapping(
      "What the design promises; each word becomes a line of the verdict.",
      [
        .optional(
          "lost-writes", integer("Maximum number of acknowledged writes that may be lost.", from: 0, to: 1_000_000)),
        .optional(
          "never-written-reads",
          integer("Maximum number of reads of values that were never written.", from: 0, to: 1_000_000)),
        .optional("linearizable", linearizable), .optional("availability", availability),
        .optional("recovery", reference("greatest-duration")),
        .optional(
          "flavours",
          mapping(
            "Limits of one flavour of the SQL tier, in place of those above.",
            [.optional("cockroach", flavour), .optional("patroni", flavour)])),
      ])
  }
}
