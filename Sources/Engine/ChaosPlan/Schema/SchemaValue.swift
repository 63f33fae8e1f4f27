import Escaping

/// A JSON value whose fields keep their order, so that the schema reads as it was written.
indirect enum SchemaValue: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
  case text(String)
  case number(Double)
  case boolean(Bool)
  case list([SchemaValue])
  case object([Field])

  struct Field: Sendable, Hashable {
    var name: String
    var value: SchemaValue
  }

  init(stringLiteral value: String) { self = .text(value) }

  init(booleanLiteral value: Bool) { self = .boolean(value) }

  static func fields(_ fields: KeyValuePairs<String, SchemaValue>) -> SchemaValue {
    .object(fields.map { Field(name: $0.key, value: $0.value) })
  }

  static func texts(_ words: [String]) -> SchemaValue { .list(words.map(SchemaValue.text)) }

  /// The same object with further fields at its end.
  func adding(_ more: KeyValuePairs<String, SchemaValue>) -> SchemaValue {
    guard case .object(let fields) = self, case .object(let further) = SchemaValue.fields(more) else {
      preconditionFailure("only an object takes further fields")
    }
    return .object(fields + further)
  }

  /// As JSON, indented by two spaces a level; what is short is on one line.
  func json(indent: Int = 0) -> String {
    let line = flat
    if line.count + indent <= 110 { return line }
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch self {
    case .text, .number, .boolean:
      return line
    case .list(let items):
      let lines = items.map { inner + $0.json(indent: indent + 2) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
    case .object(let fields):
      let lines = fields.map { "\(inner)\(Escaping.json($0.name)): \($0.value.json(indent: indent + 2))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
    }
  }

  private var flat: String {
    switch self {
    case .text(let text): Escaping.json(text)
    case .number(let number): number == number.rounded() ? String(Int(number)) : String(number)
    case .boolean(let boolean): String(boolean)
    case .list(let items): "[\(items.map(\.flat).joined(separator: ", "))]"
    case .object(let fields):
      fields.isEmpty
        ? "{}" : "{ \(fields.map { "\(Escaping.json($0.name)): \($0.value.flat)" }.joined(separator: ", ")) }"
    }
  }
}
