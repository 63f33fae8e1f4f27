import KeyValueStore
import Spelling

/// Reads a PUT's body: an object with exactly the strings `key` and `value` (RFC 8259), each once, in any order.
///
/// This parser exists because a general one leaves open what a store must define: which of two `"value"` members
/// counts, what a lone surrogate becomes, whether a byte order mark or UTF-16 is accepted. This parser refuses all of
/// these.
struct EntryParser {
  private static let names = ["key", "value"]

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Throws 400 if the body is not JSON in UTF-8, 422 if it is not an entry, 413 if the value is too large.
  static func entry(_ bytes: [UInt8]) throws(Problem) -> (key: Key, value: Value) {
    var parser = EntryParser(bytes)
    let (key, value) = try parser.members()
    do {
      let entry = (key: try Key(bytes: key), value: try Value(bytes: value))
      if let problem = entry.key.addressProblem { throw Problem.invalid(problem) }
      return entry
    } catch let error as StoreError {
      switch error.code {
      case .keyNotUTF8, .valueNotUTF8: throw Problem(400, "The body is not UTF-8.")
      case .valueTooLarge: throw Problem(413, error.description)
      default: throw .invalid(error.description)
      }
    } catch let problem as Problem {
      throw problem
    } catch {
      fatalError("an error of another type: \(error)")
    }
  }

  private mutating func members() throws(Problem) -> (key: [UInt8], value: [UInt8]) {
    var key: [UInt8]?
    var value: [UInt8]?
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Problem(400, "The body begins with a byte order mark; JSON has none (RFC 8259, section 8.1).")
    }
    guard next() == UInt8(ascii: "{") else { throw mismatch("The body", "an object with the strings key and value") }
    position += 1
    var isFirst = true
    while true {
      if isFirst, next() == UInt8(ascii: "}") { break }
      isFirst = false
      try expect("\"", "a member's name")
      let name = String(decoding: try string(), as: UTF8.self)
      try expect(":", "the colon after a member's name")
      guard Self.names.contains(name) else {
        let nearest = nearestWord(to: name, among: Self.names).map { "; did you mean \"\($0)\"?" } ?? "."
        throw .invalid("The body has a member that is neither \"key\" nor \"value\"\(nearest)")
      }
      guard (name == "key" ? key : value) == nil else { throw .invalid("The body has the member \"\(name)\" twice.") }
      guard next() == UInt8(ascii: "\"") else { throw mismatch("The member \"\(name)\"", "a string") }
      position += 1
      let text = try string()
      if name == "key" { key = text } else { value = text }
      if next() == UInt8(ascii: "}") { break }
      try expect(",", "a comma or the end of the object")
    }
    position += 1
    guard next() == nil else { throw malformed("has something after the object") }
    guard let key else { throw .invalid("The body has no member \"key\".") }
    guard let value else { throw .invalid("The body has no member \"value\".") }
    return (key, value)
  }

  /// The next byte that is not white space, not taken yet; `nil` at the end.
  private mutating func next() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return bytes[position]
      }
    }
    return nil
  }

  private mutating func expect(_ scalar: Unicode.Scalar, _ what: String) throws(Problem) {
    guard next() == UInt8(ascii: scalar) else { throw malformed("should have \(what) at byte \(position)") }
    position += 1
  }

  private func malformed(_ what: String) -> Problem { Problem(400, "The body is not valid JSON: it \(what).") }

  /// Another JSON value than the expected one, or none.
  private mutating func mismatch(_ what: String, _ wanted: String) -> Problem {
    // The first characters of a value (RFC 8259, section 3).
    guard let byte = next(), "{[\"-0123456789tfn".utf8.contains(byte) else {
      return malformed("should have a value at byte \(position)")
    }
    return .invalid("\(what) must be \(wanted).")
  }

  /// The rest of a string after its opening quote.
  private mutating func string() throws(Problem) -> [UInt8] {
    var text: [UInt8] = []
    var runStart = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        text += bytes[runStart..<position]
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text += bytes[runStart..<position]
        position += 1
        try escape(into: &text)
        runStart = position
      case 0..<0x20: throw malformed("has a control character in a string at byte \(position)")
      default: position += 1
      }
    }
    throw malformed("ends within a string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    guard position < bytes.count else { throw malformed("ends within a string") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += UTF8.encode(try scalar()).map { Array($0) } ?? []
    default: throw malformed("has an unknown escape at byte \(position - 1)")
    }
  }

  /// The scalar of `\uXXXX`, or of two such that are a surrogate pair.
  private mutating func scalar() throws(Problem) -> Unicode.Scalar {
    let lone = Problem.invalid("The body has a lone surrogate (\\ud800 to \\udfff), which no UTF-8 text can have.")
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw lone }
    position += 2
    let second = try codeUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw lone }
    return scalar
  }

  private mutating func codeUnit() throws(Problem) -> UInt16 {
    guard position + 4 <= bytes.count else { throw malformed("ends within an escape") }
    var unit: UInt16 = 0
    for byte in bytes[position..<(position + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw malformed("has \\u without four hexadecimal digits at byte \(position)")
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }
}
