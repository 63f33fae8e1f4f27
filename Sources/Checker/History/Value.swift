import Escaping

/// A value in a history: what was written, read or exchanged.
///
/// The cases are those of JSON and EDN. Two values are equal exactly when they are the same value in the notation of
/// their history: the keyword `:a` is not the string `"a"`, the number 1.5 is not the string `"1.5"`, but `1.5` and
/// `1.50` are one number.
public indirect enum Value: Sendable, Hashable {
  /// JSON `null`, EDN `nil`: absent, or not known (the value of a read's invocation).
  case null
  /// A truth value: the answer to whether a set has an element.
  case bool(Bool)
  /// A whole number of 64 bits with a sign.
  case integer(Int64)
  /// Any other number, by its canonical text: `1.5`, `18446744073709551615`, `1/3`.
  case number(String)
  /// A string.
  case string(String)
  /// A string that is not valid Unicode, by its bytes; a lone surrogate as the three bytes that WTF-8 has for it.
  case bytes([UInt8])
  /// An EDN keyword, without its colon.
  case keyword(String)
  /// An EDN symbol.
  case symbol(String)
  /// An EDN character, by the name behind its backslash.
  case character(String)
  /// A JSON array, an EDN vector or list: the pair of a cas (`[old new]`), the elements of a set's read.
  case list([Value])
  /// An EDN set.
  case set(Set<Value>)
  /// A JSON object, an EDN map.
  case map([Value: Value])
  /// An EDN value with a tag, such as `#inst "2026-01-01"`.
  case tagged(String, Value)
}

extension Value: CustomStringConvertible {
  /// The value as people write it: strings in quotes, lists in brackets, keywords with their colon.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .integer(let integer): String(integer)
    case .number(let text), .symbol(let text): text
    case .string(let text): Self.quoted(text)
    case .bytes(let bytes): "\"\(LooseText.escaped(bytes))\""
    case .keyword(let name): ":" + name
    case .character(let name): "\\" + name
    case .list(let values): "[" + values.map(\.description).joined(separator: " ") + "]"
    case .set(let values): "#{" + values.map(\.description).sorted().joined(separator: " ") + "}"
    case .map(let entries):
      "{" + entries.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ") + "}"
    case .tagged(let tag, let value): "#\(tag) \(value)"
    }
  }

  /// In quotes, so that where the string ends and what it holds can be seen: control characters are shown as text.
  private static func quoted(_ text: String) -> String {
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
      quoted.append(scalar)
    }
    return Escaping.plain(String(quoted)) + "\""
  }
}
