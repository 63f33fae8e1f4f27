/// The JSON Schema of the CAP ledger's plans, for editors; the faults are those of other plans.
public enum CapPlanSchema {
  /// The schema as JSON text: what `chaos/cap/cap.schema.json` holds and `kvchaos plan schema --cap` prints.
  public static func text(for target: PlanTarget) -> String { document(target).json() + "\n" }

  static func document(_ target: PlanTarget) -> SchemaValue {
    PlanSchema.mapping(
      "Cells of the CAP ledger: how a tier is used, what its clients do, and which fault strikes it.",
      [
        .required("name", PlanSchema.pattern("Of the file's cells together.", name)),
        .required("description", .fields(["type": "string", "description": "What the cells ask, in a sentence."])),
        .required("tier", PlanSchema.choice("`store` is the whole.", CapTier.self)),
        .required(
          "faults",
          .fields([
            "type": "object", "description": "Each under the name that the ledger has for it.",
            "additionalProperties": PlanSchema.reference("step"),
          ])),
        .required(
          "cells", .fields(["type": "array", "minItems": .number(1), "items": PlanSchema.reference("cell")])),
      ],
      first: [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cells of kvchaos' CAP ledger",
      ]
    ).adding([
      "$defs": .object(
        PlanSchema.definitions(target).filter { $0.name != "random" && $0.name != "choice" }.map { definition in
          definition.name == "step" ? .init(name: "step", value: step) : definition
        } + [.init(name: "cell", value: cell)])
    ])
  }

  private static let name = #"^[a-z0-9]+(-[a-z0-9]+)*$"#

  private static var step: SchemaValue {
    let kinds = CapPlanParser.kinds
    return PlanSchema.mapping(
      "A fault that strikes once.",
      kinds.map { .optional($0.rawValue, PlanSchema.reference($0.rawValue)) }
        + [.required("duration", PlanSchema.reference("fault-duration"))]
    ).adding(["oneOf": .list(kinds.map { PlanSchema.requires([$0.rawValue]) })])
  }

  private static var cell: SchemaValue {
    PlanSchema.mapping(
      "A cell for each of its faults.",
      [
        .required("variant", PlanSchema.choice("How the tier is used.", CapVariant.self)),
        .required("workload", PlanSchema.choice("What the clients do.", CapWorkload.self)),
        .required(
          "faults",
          .fields(["type": "array", "minItems": .number(1), "items": PlanSchema.pattern("A name of `faults`.", name)])),
      ])
  }
}
