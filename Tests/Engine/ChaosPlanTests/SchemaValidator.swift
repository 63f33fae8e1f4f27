import Foundation

/// The part of JSON Schema (draft 2020-12) that the schema of plans is written in. A keyword that it does not know is a
/// problem: a constraint must not be passed over.
struct SchemaValidator {
  private static let annotations: Set<String> = ["$schema", "$defs", "title", "description"]

  let root: JSONValue

  /// What is wrong with a value; empty where it is valid.
  func problems(_ value: JSONValue) -> [String] { problems(value, root, at: "") }

  private func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool { problems(value, schema, at: "").isEmpty }

  private func problems(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
    if schema == .boolean(false) { return ["\(path): nothing is allowed here"] }
    guard let keywords = schema.object else { return schema == .boolean(true) ? [] : ["\(path): no schema"] }
    return keywords.sorted { $0.key < $1.key }.flatMap { keyword, argument in
      check(keyword, argument, value, keywords, at: path)
    }
  }

  private func check(
    _ keyword: String, _ argument: JSONValue, _ value: JSONValue, _ schema: [String: JSONValue], at path: String
  ) -> [String] {
    func problem(_ isRight: Bool, _ text: String) -> [String] { isRight ? [] : ["\(path): \(text)"] }
    let schemas = argument.list ?? []
    switch keyword {
    case _ where Self.annotations.contains(keyword), "then": return []
    case "$ref":
      let name = argument.text.map { String($0.dropFirst("#/$defs/".count)) } ?? ""
      guard let target = root["$defs"]?[name] else { return ["no definition `\(name)`"] }
      return problems(value, target, at: path)
    case "type": return problem(has(value, type: argument.text), "is no \(argument.text ?? "")")
    case "const": return problem(value == argument, "is not \(argument)")
    case "enum": return problem(schemas.contains(value), "is none of the words")
    case "pattern":
      guard let text = value.text else { return [] }
      return problem(
        text.range(of: argument.text ?? "", options: .regularExpression) != nil, "`\(text)` is not of the pattern")
    case "minimum": return problem(value.number.map { $0 >= argument.number ?? 0 } ?? true, "is too little")
    case "exclusiveMinimum": return problem(value.number.map { $0 > argument.number ?? 0 } ?? true, "is too little")
    case "maximum": return problem(value.number.map { $0 <= argument.number ?? 0 } ?? true, "is too much")
    case "minItems": return problem(value.list.map { Double($0.count) >= argument.number ?? 0 } ?? true, "is too short")
    case "items":
      return (value.list ?? []).enumerated().flatMap { problems($0.element, argument, at: "\(path)/\($0.offset)") }
    case "required":
      guard let fields = value.object else { return [] }
      return schemas.compactMap(\.text).flatMap { problem(fields[$0] != nil, "has no `\($0)`") }
    case "dependentRequired":
      guard let fields = value.object else { return [] }
      return (argument.object ?? [:]).filter { fields[$0.key] != nil }.flatMap { word, needed in
        (needed.list ?? []).compactMap(\.text).flatMap { problem(fields[$0] != nil, "`\(word)` has no `\($0)`") }
      }
    case "properties":
      return (argument.object ?? [:]).flatMap { word, inner in
        value[word].map { problems($0, inner, at: "\(path)/\(word)") } ?? []
      }
    case "additionalProperties":
      let known = Set(schema["properties"]?.object.map(\.keys).map(Array.init) ?? [])
      let unknown = Set(value.object.map { Array($0.keys) } ?? []).subtracting(known).sorted()
      if argument.object != nil {
        return unknown.flatMap { word in value[word].map { problems($0, argument, at: "\(path)/\(word)") } ?? [] }
      }
      return unknown.flatMap { problem(argument == .boolean(true), "unknown word `\($0)`") }
    case "allOf": return schemas.flatMap { problems(value, $0, at: path) }
    case "anyOf": return problem(schemas.contains { isValid(value, $0) }, "is none of what it may be")
    case "oneOf": return problem(schemas.count { isValid(value, $0) } == 1, "is not exactly one of what it may be")
    case "not": return problem(!isValid(value, argument), "must not be so")
    case "if":
      guard isValid(value, argument), let then = schema["then"] else { return [] }
      return problems(value, then, at: path)
    default: return ["the validator of this test does not know `\(keyword)`"]
    }
  }

  private func has(_ value: JSONValue, type: String?) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .list), ("string", .text), ("boolean", .boolean), ("number", .number): true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }
}
