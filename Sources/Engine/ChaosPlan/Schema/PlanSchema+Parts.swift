/// The parts that schemas are made of.
extension PlanSchema {
  /// A word of a mapping.
  struct Word {
    var name: String
    var schema: SchemaValue
    var isRequired: Bool

    static func required(_ name: String, _ schema: SchemaValue) -> Word {
      Word(name: name, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ schema: SchemaValue) -> Word {
      Word(name: name, schema: schema, isRequired: false)
    }
  }

  /// Digits with at most one point in them.
  static let number = #"[0-9]+(\.[0-9]+)?"#

  /// A mapping that has these words and no others.
  static func mapping(
    _ description: String, _ words: [Word], first: KeyValuePairs<String, SchemaValue> = [:]
  ) -> SchemaValue {
    let required = words.filter(\.isRequired).map(\.name)
    let fields = SchemaValue.fields(first).adding(["description": .text(description), "type": "object"])
    return (required.isEmpty ? fields : fields.adding(["required": .texts(required)])).adding([
      "additionalProperties": false, "properties": .object(words.map { .init(name: $0.name, value: $0.schema) }),
    ])
  }

  static func requires(_ words: [String]) -> SchemaValue { .fields(["required": .texts(words)]) }

  static func reference(_ name: String, _ description: String? = nil) -> SchemaValue {
    let reference = SchemaValue.fields(["$ref": .text("#/$defs/\(name)")])
    return description.map { reference.adding(["description": .text($0)]) } ?? reference
  }

  static func pattern(_ description: String, _ pattern: String) -> SchemaValue {
    .fields(["type": "string", "description": .text(description), "pattern": .text(pattern)])
  }

  /// A number with a unit, of a pattern; `0` alone is a number to YAML.
  static func quantity(_ description: String, _ unit: String) -> SchemaValue {
    .fields([
      "description": .text(description),
      "anyOf": .list([
        .fields(["type": "string", "pattern": .text("^(0|\(number)\(unit))$")]), .fields(["const": .number(0)]),
      ]),
    ])
  }

  static func share(_ description: String) -> SchemaValue { reference("share", description) }

  static func integer(_ description: String, from least: Int, to most: Int? = nil) -> SchemaValue {
    let schema = SchemaValue.fields([
      "type": "integer", "description": .text(description), "minimum": .number(Double(least)),
    ])
    return most.map { schema.adding(["maximum": .number(Double($0))]) } ?? schema
  }

  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ description: String, _: Choice.Type
  ) -> SchemaValue where Choice.RawValue == String {
    .fields(["description": .text(description), "enum": .texts(Choice.allCases.map(\.rawValue))])
  }

  /// One word, or words with their shares.
  static func mix<Choice: RawRepresentable & CaseIterable>(
    _ description: String, _: Choice.Type
  ) -> SchemaValue where Choice.RawValue == String {
    .fields([
      "description": .text(description),
      "anyOf": .list([
        .fields(["enum": .texts(Choice.allCases.map(\.rawValue))]),
        mapping("Shares that sum to 1.", Choice.allCases.map { Word.optional($0.rawValue, reference("share")) }),
      ]),
    ])
  }
}
