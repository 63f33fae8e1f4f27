import Spelling

/// The parameters of a request. Each may occur at most once, and unknown ones are refused: ignoring a misspelt
/// `?akc=committed` would promise less than the client requested.
struct Query: Sendable {
  private let values: [String: String]

  /// Throws 400 for a repeated parameter, and for one that cannot be decoded.
  init(_ text: Substring) throws(Problem) {
    guard !text.isEmpty else {
      values = [:]
      return
    }
    var values: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try Self.text(halves[0])
      let value = halves.count == 2 ? try Self.text(halves[1]) : ""
      guard values.updateValue(value, forKey: name) == nil else {
        throw Problem(400, "The parameter \(Self.shown(name)) is repeated.")
      }
    }
    self.values = values
  }

  private static func text(_ encoded: Substring) throws(Problem) -> String {
    guard let text = String(validating: try PercentCoding.decoded(encoded, plusIsSpace: true), as: UTF8.self) else {
      throw Problem(400, "The query has bytes that are not UTF-8.")
    }
    return text
  }

  subscript(_ name: String) -> String? { values[name] }

  /// Throws 400 for a parameter that is not one of `names`.
  func allow(_ names: String...) throws(Problem) {
    guard let name = values.keys.filter({ !names.contains($0) }).min() else { return }
    var detail = "There is no parameter \(Self.shown(name)) here"
    if let nearest = nearestWord(to: name, among: names) {
      detail += "; did you mean \(nearest)?"
    } else {
      detail += names.isEmpty ? "; this path takes none." : "; there is \(names.joined(separator: ", "))."
    }
    throw Problem(400, detail)
  }

  /// A parameter with a fixed set of words. Throws 400 naming the nearest.
  func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: T) throws(Problem) -> T {
    guard let text = values[name] else { return fallback }
    if let choice = T(rawValue: text) { return choice }
    let words = T.allCases.map(\.rawValue)
    let nearest = nearestWord(to: text, among: words).map { "; did you mean \($0)?" } ?? "."
    throw Problem(400, "\(name) must be one of \(words.joined(separator: ", "))\(nearest)")
  }

  /// A number in a range. Throws 400.
  func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
    guard let text = values[name] else { return fallback }
    // Only digits: `Int` would take a sign too.
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
      range.contains(number)
    else { throw Problem(400, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound).") }
    return number
  }

  /// A client's own word in an answer, shortened if it is long.
  private static func shown(_ name: String) -> String {
    let text =
      name.unicodeScalars.count > 40 ? String(String.UnicodeScalarView(name.unicodeScalars.prefix(40))) + "…" : name
    return "\"\(text)\""
  }
}
