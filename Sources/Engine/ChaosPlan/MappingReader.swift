import Spelling
import Yams

/// Collects the problems of a file, so that all of them are reported at once.
package final class ProblemList {
  private(set) var problems: [PlanError.Problem] = []

  package func add(_ message: String, at node: Node?) {
    add(message, mark: node?.mark)
  }

  func add(_ message: String, mark: Mark?) {
    problems.append(PlanError.Problem(line: mark?.line, column: mark?.column, message: message))
  }

  /// `unknown <what> "<typo>"; did you mean …?`, or the list of words where none is near.
  func addUnknown(_ what: String, _ typo: String, words: [String], at node: Node?) {
    let help =
      if let nearest = nearestWord(to: typo, among: words) { "did you mean `\(nearest)`?" } else {
        "it is one of \(words.map { "`\($0)`" }.joined(separator: ", "))"
      }
    add("unknown \(what) `\(typo)`; \(help)", at: node)
  }
}

/// Reads the fields of one YAML mapping. Fields are requested by name; a field that was not requested is a typo, which
/// `finish` reports. An invalid field is reported and reads as `nil`, so that reading continues.
package final class MappingReader {
  /// Where the mapping is in the plan, for people: `the plan`, `workload`, `kill`.
  package let name: String
  package let node: Node
  package let problems: ProblemList
  private var fields: [String: Node] = [:]
  private var keys: [(word: String, node: Node)] = []
  private var asked: [String] = []

  /// `nil`, with a problem reported, if `node` is not a mapping.
  package init?(_ node: Node, name: String, problems: ProblemList) {
    self.name = name
    self.node = node
    self.problems = problems
    guard let mapping = node.mapping else {
      problems.add("\(name) must be a mapping of words to values, like `\(name): { … }`", at: node)
      return nil
    }
    for (key, value) in mapping {
      guard let word = key.scalar?.string else {
        problems.add("a key in \(name) must be a word", at: key)
        continue
      }
      fields[word] = value
      keys.append((word, key))
    }
  }

  /// The value of a field that may be absent.
  package func optional(_ word: String) -> Node? {
    asked.append(word)
    return fields[word]
  }

  /// The value of a required field.
  package func required(_ word: String, hint: String) -> Node? {
    if let value = optional(word) { return value }
    // `finish` reports a near miss as a typo; reporting it here too would repeat the problem.
    let isMisspelt = keys.contains { key in key.word != word && nearestWord(to: key.word, among: [word]) != nil }
    if !isMisspelt { problems.add("\(name) has no `\(word)`; it needs \(hint)", at: node) }
    return nil
  }

  /// Reports the fields that were not read.
  package func finish() {
    // Some are asked for twice.
    let words = asked.enumerated().filter { asked[..<$0.offset].contains($0.element) == false }.map(\.element)
    for key in keys where !asked.contains(key.word) {
      problems.addUnknown("word in \(name):", key.word, words: words, at: key.node)
    }
  }

  /// A scalar's text, or a problem.
  package func text(_ node: Node, _ word: String, hint: String) -> String? {
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      problems.add("`\(word)` must be \(hint)", at: node)
      return nil
    }
    return scalar.string
  }

  /// A value that `parse` makes of a scalar; `hint` says what is right, with an example.
  package func value<Result>(_ word: String, hint: String, parse: (String) -> Result?) -> Result? {
    guard let node = optional(word) else { return nil }
    return value(of: node, word, hint: hint, parse: parse)
  }

  package func value<Result>(of node: Node, _ word: String, hint: String, parse: (String) -> Result?) -> Result? {
    guard let text = text(node, word, hint: hint) else { return nil }
    guard let result = parse(text) else {
      problems.add("invalid value for `\(word)`: \(text); it must be \(hint)", at: node)
      return nil
    }
    return result
  }

  /// A whole number within bounds.
  package func integer(_ word: String, in range: ClosedRange<Int>) -> Int? {
    value(word, hint: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func duration(_ word: String) -> Duration? {
    value(word, hint: "a duration with its unit: `500ms`, `8s`, `2m`", parse: Units.duration)
  }

  func share(_ word: String) -> Double? {
    value(word, hint: "a share from 0 to 1, like `0.25`, or a percentage, like `25%`", parse: Units.share)
  }

  /// One word of an enumeration.
  func word<Choice: RawRepresentable & CaseIterable>(_ word: String, what: String, of: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    optional(word).flatMap { choice($0, word, what: what, of: Choice.self) }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Node, _ word: String, what: String, of: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    choice(node, word, what: what, words: Choice.allCases.map(\.rawValue)).flatMap { Choice(rawValue: $0) }
  }

  /// One of these words, or a problem that names the nearest.
  package func choice(_ node: Node, _ word: String, what: String, words: [String]) -> String? {
    guard let text = text(node, word, hint: "one of \(words.map { "`\($0)`" }.joined(separator: ", "))") else {
      return nil
    }
    guard words.contains(text) else {
      problems.addUnknown(what, text, words: words, at: node)
      return nil
    }
    return text
  }

  /// A list of words; `nil` where it is absent, or is none.
  package func words(_ word: String, hint: String) -> [String]? {
    guard let node = optional(word) else { return nil }
    let words = node.sequence?.compactMap { $0.scalar?.string } ?? []
    guard !words.isEmpty, words.count == node.sequence?.count else {
      problems.add("`\(word)` must be \(hint)", at: node)
      return nil
    }
    return words
  }

  /// The mappings inside this one, each under a name of its own.
  package func namedMappings() -> [(name: String, node: Node, mapping: MappingReader)] {
    keys.compactMap { key in
      optional(key.word).flatMap { MappingReader($0, name: "`\(key.word)`", problems: problems) }
        .map { (key.word, key.node, $0) }
    }
  }

  /// A mapping inside this one; `nil` where it is absent or not a mapping.
  package func mapping(_ word: String) -> MappingReader? {
    optional(word).flatMap { MappingReader($0, name: "`\(word)`", problems: problems) }
  }
}
