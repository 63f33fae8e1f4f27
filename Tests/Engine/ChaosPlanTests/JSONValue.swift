import Foundation
import Yams

/// A value of JSON, or of a YAML file that an editor holds against a JSON Schema.
indirect enum JSONValue: Hashable, Decodable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let boolean = try? container.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  init(json: String) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
  }

  /// With the types that YAML 1.2 gives plain scalars.
  init(yaml: String) throws {
    self = try Self.value(try Yams.compose(yaml: yaml))
  }

  private static func value(_ node: Node?) throws -> JSONValue {
    switch node {
    case nil: return .null
    case .scalar(let scalar):
      guard scalar.style == .plain else { return .text(scalar.string) }
      switch scalar.string {
      case "", "null", "~": return .null
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      default: return Double(scalar.string).map { .number($0) } ?? .text(scalar.string)
      }
    case .sequence(let items): return .list(try items.map { try value($0) })
    case .mapping(let mapping):
      return .object(
        try mapping.reduce(into: [:]) { fields, pair in fields[pair.key.scalar?.string ?? ""] = try value(pair.value) })
    case .alias: throw CocoaError(.featureUnsupported)
    }
  }

  subscript(_ name: String) -> JSONValue? {
    if case .object(let fields) = self { fields[name] } else { nil }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }
  var object: [String: JSONValue]? { if case .object(let object) = self { object } else { nil } }
}
