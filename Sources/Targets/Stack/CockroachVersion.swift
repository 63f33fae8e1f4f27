/// A version of CockroachDB, as `cockroach version --build-tag` prints it: `v22.1.22`, `v26.1.0-beta.1`.
struct CockroachVersion: Sendable, Hashable, CustomStringConvertible {
  /// The release lines that the plans were run on (docs/cockroachdb.md).
  static let tried: Set<String> = ["22.1"]

  var text: String
  /// The first two numbers, which name a release line: `22.1`.
  var line: String

  /// `nil` where the text is no version.
  init?(_ tag: String) {
    let text = tag.hasPrefix("v") ? tag.dropFirst() : tag[...]
    let numbers = text.split(separator: ".", maxSplits: 2)
    guard numbers.count >= 2, Int(numbers[0]) != nil, Int(numbers[1]) != nil else { return nil }
    self.text = String(text)
    line = numbers[0...1].joined(separator: ".")
  }

  var description: String { text }

  /// A warning about this version for users; `nil`: none.
  var warning: String? {
    guard !Self.tried.contains(line) else { return nil }
    return """
      CockroachDB \(text) is untested: the plans were run on \(Self.tried.sorted().joined(separator: ", ")) only, and other \
      versions may come up, fail over and recover differently (docs/cockroachdb.md)
      """
  }
}
