/// What a service's `/metrics` says: Prometheus' text exposition format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
public struct PrometheusText: Sendable, Hashable {
  /// One line: a name, its labels, a value.
  public struct Sample: Sendable, Hashable {
    public var name: String
    public var labels: [String: String]
    public var value: Double

    public init(name: String, labels: [String: String] = [:], value: Double) {
      self.name = name
      self.labels = labels
      self.value = value
    }
  }

  public var samples: [Sample]

  public init(samples: [Sample] = []) {
    self.samples = samples
  }

  /// - Throws: `internalFault` with the first line that is not of the format.
  public init(parsing text: String) throws(StackError) {
    samples = []
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " || $0 == "\t" }
      if line.isEmpty || line.first == "#" { continue }
      guard let sample = Self.sample(line) else {
        throw StackError(code: .internalFault, message: "not a line of Prometheus text: \(line)")
      }
      samples.append(sample)
    }
  }

  /// `name{label="value",…} value [timestamp]`
  private static func sample(_ line: Substring) -> Sample? {
    var rest = line
    let name = rest.prefix { $0 != "{" && $0 != " " && $0 != "\t" }
    guard !name.isEmpty else { return nil }
    rest = rest.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest.removeFirst()
      guard let parsed = Self.labels(&rest) else { return nil }
      labels = parsed
    }
    let words = rest.split { $0 == " " || $0 == "\t" }
    guard (1...2).contains(words.count), let value = number(words[0]) else { return nil }
    return Sample(name: String(name), labels: labels, value: value)
  }

  /// What stands between the braces, both of them taken away; nil when it is not of the format.
  private static func labels(_ rest: inout Substring) -> [String: String]? {
    var labels: [String: String] = [:]
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.first == "}" {
        rest.removeFirst()
        return labels
      }
      let name = rest.prefix { $0 != "=" && $0 != "\"" && $0 != "}" }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.hasPrefix("=\"") else { return nil }
      rest = rest.dropFirst(2)
      guard let value = quoted(&rest) else { return nil }
      labels[String(name)] = value
    }
  }

  /// A label's value up to its closing quotation mark, which is taken away.
  private static func quoted(_ rest: inout Substring) -> String? {
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value
      case "\\":
        switch rest.popFirst() {
        case "n": value.append("\n")
        case let escaped? where escaped == "\\" || escaped == "\"": value.append(escaped)
        default: return nil
        }
      default: value.append(character)
      }
    }
    return nil
  }

  private static func number(_ word: Substring) -> Double? {
    switch word {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: Double(word)
    }
  }

  /// The sum over every series of that name that has these labels.
  public func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
    samples.reduce(0) { sum, sample in
      sample.name == name && labels.allSatisfy({ sample.labels[$0] == $1 }) ? sum + sample.value : sum
    }
  }

  /// The histogram of that name, every series of it added up; nil when there is none.
  public func histogram(_ name: String) -> BucketCounts? {
    var buckets: [Double: Double] = [:]
    for sample in samples where sample.name == "\(name)_bucket" {
      guard let bound = sample.labels["le"].flatMap({ Self.number(Substring($0)) }) else { continue }
      buckets[bound, default: 0] += sample.value
    }
    guard buckets[.infinity] != nil else { return nil }
    let sorted = buckets.sorted { $0.key < $1.key }
    return BucketCounts(
      bounds: sorted.map(\.key), cumulative: sorted.map(\.value), sum: sum("\(name)_sum"))
  }
}
