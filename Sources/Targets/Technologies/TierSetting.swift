/// A setting of a tier as its nodes report it now.
package struct TierSetting: Sendable, Hashable {
  package var name: String
  package var value: String
  /// The value as a time; `nil` where it is none.
  package var seconds: Double?

  init(_ name: String, _ value: String, seconds: Double? = nil) {
    self.name = name
    self.value = value
    self.seconds = seconds
  }

  /// Reads `name=value` lines.
  static func pairs(_ text: String) -> [(name: String, value: String)] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else { return nil }
      return (String(line[..<equals]), String(line[line.index(after: equals)...]))
    }
  }
}
