import Synchronization

/// The metrics of a process, and their text in Prometheus' exposition format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
///
/// Metrics are made once, at the start, and then used directly: the registry and its lock are only for making and
/// printing.
public final class MetricsRegistry: Sendable {
  /// A label's name and value.
  public typealias Label = (name: String, value: String)

  /// The text's media type.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private enum Kind: String { case counter, gauge, histogram }

  private enum Source {
    case counter(Counter, isShownAtZero: Bool)
    case reading(@Sendable () -> Double)
    case histogram(Histogram)
  }

  private struct Family {
    let name: String
    let help: String
    let kind: Kind
    var series: [(labels: String, source: Source)]
  }

  private let common: String
  private let families = Mutex<[Family]>([])

  /// - Parameter labels: put on every series.
  public init(labels: [Label] = []) { common = Self.text(of: labels) }

  /// Makes a counter. `isShownAtZero: false` leaves it out of the text until it counts, for families whose labels have
  /// many combinations that never come.
  public func counter(
    _ name: String, _ help: String, _ labels: [Label] = [], isShownAtZero: Bool = true
  ) -> Counter {
    let counter = Counter()
    register(name, help, .counter, labels, .counter(counter, isShownAtZero: isShownAtZero))
    return counter
  }

  /// A counter that something else keeps, read when the text is made.
  public func counter(_ name: String, _ help: String, _ labels: [Label] = [], read: @escaping @Sendable () -> Double) {
    register(name, help, .counter, labels, .reading(read))
  }

  /// Makes a gauge.
  public func gauge(_ name: String, _ help: String, _ labels: [Label] = []) -> Gauge {
    let gauge = Gauge()
    register(name, help, .gauge, labels, .reading { Double(gauge.value) })
    return gauge
  }

  /// A gauge that something else keeps, read when the text is made.
  public func gauge(_ name: String, _ help: String, _ labels: [Label] = [], read: @escaping @Sendable () -> Double) {
    register(name, help, .gauge, labels, .reading(read))
  }

  /// Makes a histogram; see `Histogram` for the units.
  public func histogram(
    _ name: String, _ help: String, _ labels: [Label] = [], bounds: [UInt64], divisor: UInt64 = 1_000_000
  ) -> Histogram {
    let histogram = Histogram(bounds: bounds, divisor: divisor)
    register(name, help, .histogram, labels, .histogram(histogram))
    return histogram
  }

  private func register(_ name: String, _ help: String, _ kind: Kind, _ labels: [Label], _ source: Source) {
    precondition(Self.isName(name), "\(name) is not a valid metric name")
    let text = Self.text(of: labels)
    families.withLock { families in
      guard let index = families.firstIndex(where: { $0.name == name }) else {
        families.append(Family(name: name, help: help, kind: kind, series: [(text, source)]))
        return
      }
      precondition(families[index].kind == kind, "the metric \(name) has two kinds")
      precondition(
        !families[index].series.contains { $0.labels == text }, "the metric \(name){\(text)} is created twice")
      families[index].series.append((text, source))
    }
  }

  // MARK: the text

  /// Every metric as it is now, families in the order in which they were made.
  public func text() -> String {
    let families = families.withLock { $0 }
    var text = ""
    for family in families {
      text += "# HELP \(family.name) \(Self.escapedHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
      for (labels, source) in family.series {
        switch source {
        case .counter(let counter, let isShownAtZero):
          let value = counter.value
          if value > 0 || isShownAtZero { text += "\(family.name)\(braces(labels)) \(value)\n" }
        case .reading(let read): text += "\(family.name)\(braces(labels)) \(Self.number(read()))\n"
        case .histogram(let histogram): append(histogram, family.name, labels, to: &text)
        }
      }
    }
    return text
  }

  private func append(_ histogram: Histogram, _ name: String, _ labels: String, to text: inout String) {
    let (cumulative, sum) = histogram.snapshot()
    for (index, count) in cumulative.enumerated() {
      let bound =
        index < histogram.bounds.count ? Self.decimal(histogram.bounds[index], over: histogram.divisor) : "+Inf"
      text += "\(name)_bucket\(braces(labels, "le=\"\(bound)\"")) \(count)\n"
    }
    text += "\(name)_sum\(braces(labels)) \(Self.decimal(sum, over: histogram.divisor))\n"
    text += "\(name)_count\(braces(labels)) \(cumulative.last ?? 0)\n"
  }

  private func braces(_ labels: String, _ more: String = "") -> String {
    let all = [common, labels, more].filter { !$0.isEmpty }.joined(separator: ",")
    return all.isEmpty ? "" : "{\(all)}"
  }

  private static func text(of labels: [Label]) -> String {
    labels.map { label in
      precondition(isName(label.name) && !label.name.contains(":"), "\(label.name) is not a valid label name")
      return "\(label.name)=\"\(escapedValue(label.value))\""
    }.joined(separator: ",")
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
  }

  private static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }
  private static func escapedValue(_ text: String) -> String { escaped(text, quotes: true) }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return String(value)
  }

  /// `value / divisor` without the rounding of floating point, where the divisor is a power of ten.
  private static func decimal(_ value: UInt64, over divisor: UInt64) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
    guard rest > 0 else { return String(whole) }
    var digits = String(String(divisor + rest).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }
}
