/// Strict readers of the quantities in a plan. Each returns `nil` for anything but the documented form: a number that
/// could be read two ways is an error, never a guess.
public enum Units {
  /// `250ms`, `8s`, `1.5s`, `2m`, `1h`: a number and a unit, with nothing between. A bare `0` is zero, too.
  ///
  /// No duration of a plan exceeds a day.
  static func duration(_ text: String) -> Duration? { duration(text, atMost: .seconds(86_400)) }

  /// A duration that is at most `maximum`.
  public static func duration(_ text: String, atMost maximum: Duration) -> Duration? {
    if text == "0" { return .zero }
    let units: [(suffix: String, milliseconds: Double)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
    for unit in units where text.hasSuffix(unit.suffix) {
      guard let number = decimal(text.dropLast(unit.suffix.count)) else { continue }
      let milliseconds = (number * unit.milliseconds).rounded()
      guard milliseconds <= maximum / .milliseconds(1) else { return nil }
      return .milliseconds(Int64(milliseconds))
    }
    return nil
  }

  /// A quantity with or without a minus before it.
  static func signed<Quantity: AdditiveArithmetic>(_ text: String, _ parse: (String) -> Quantity?) -> Quantity? {
    text.hasPrefix("-") ? parse(String(text.dropFirst())).map { .zero - $0 } : parse(text)
  }

  /// `150/s`: operations a second, above 0.
  static func ratePerSecond(_ text: String) -> Double? {
    guard text.hasSuffix("/s"), let rate = decimal(text.dropLast(2)), rate > 0 else { return nil }
    return rate
  }

  /// `256kbit/s`, `1.5mbit/s`: bits a second, from 8 kbit/s to 1,000 Mbit/s; a kilobit is 1,000 bits.
  static func bitsPerSecond(_ text: String) -> Int? {
    for (suffix, bits) in [("kbit/s", 1_000.0), ("mbit/s", 1_000_000.0)] where text.hasSuffix(suffix) {
      guard let number = decimal(text.dropLast(suffix.count)) else { return nil }
      let rate = (number * bits).rounded()
      return (8_000...1_000_000_000).contains(rate) ? Int(rate) : nil
    }
    return nil
  }

  /// `0.25` or `25%`: a share in 0...1.
  static func share(_ text: String) -> Double? {
    if text.hasSuffix("%") { return percentage(text) }
    guard let number = decimal(text[...]), number <= 1 else { return nil }
    return number
  }

  /// `>= 90%`: a least share.
  static func shareMinimum(_ text: String) -> Double? {
    bound(text, sign: ">=").flatMap(percentage)
  }

  /// `<= 15s`: a greatest duration.
  static func durationMaximum(_ text: String) -> Duration? {
    bound(text, sign: "<=").flatMap(duration)
  }

  /// `< 20%`: a share below which something holds.
  static func shareBelow(_ text: String) -> Double? {
    bound(text, sign: "<").flatMap(percentage)
  }

  /// `> 60s`: a duration above which something holds.
  static func durationAbove(_ text: String) -> Duration? {
    bound(text, sign: ">").flatMap(duration)
  }

  /// `true` or `false`.
  static func boolean(_ text: String) -> Bool? {
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }

  /// A number of 0 or more: `0.1`.
  static func number(_ text: String) -> Double? { decimal(text[...]) }

  /// A number as plans write it.
  static func text(_ number: Double) -> String {
    number == number.rounded() ? String(Int(number)) : String(number)
  }

  /// A duration as plans write it: `8s`, `1500ms`.
  static func text(_ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    return seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(Int(duration / .milliseconds(1)))ms"
  }

  /// `512KiB`, `1MiB`: bytes of a value, from 1 KiB, which has room for what makes it unique, to the store's limit of 1
  /// MiB.
  static func valueSize(_ text: String) -> Int? {
    for (suffix, bytes) in [("KiB", Double(1 << 10)), ("MiB", Double(1 << 20))] where text.hasSuffix(suffix) {
      guard let number = decimal(text.dropLast(suffix.count)) else { return nil }
      let size = (number * bytes).rounded()
      return size >= 1024 && size <= Double(1 << 20) ? Int(size) : nil
    }
    return nil
  }

  /// `64MiB`, `1.5GiB`: bytes, from 6 MiB (less the engine refuses) to 1 TiB.
  static func memory(_ text: String) -> Int? {
    for (suffix, bytes) in [("MiB", Double(1 << 20)), ("GiB", Double(1 << 30))] where text.hasSuffix(suffix) {
      guard let number = decimal(text.dropLast(suffix.count)) else { return nil }
      let size = (number * bytes).rounded()
      return (Double(6 << 20)...Double(1 << 40)).contains(size) ? Int(size) : nil
    }
    return nil
  }

  /// A number above 0.
  static func weight(_ text: String) -> Double? {
    decimal(text[...]).flatMap { $0 > 0 ? $0 : nil }
  }

  /// `99%`, `99.5 %`: in 0...100, as a share.
  private static func percentage(_ text: String) -> Double? {
    guard text.hasSuffix("%") else { return nil }
    var digits = text.dropLast()
    while digits.last == " " { digits.removeLast() }
    guard let number = decimal(digits), number <= 100 else { return nil }
    return number / 100
  }

  private static func bound(_ text: String, sign: String) -> String? {
    guard text.hasPrefix(sign) else { return nil }
    return String(text.dropFirst(sign.count).drop { $0 == " " })
  }

  /// Digits with at most one point in them, and nothing else: no sign, no exponent, no infinity.
  private static func decimal(_ text: Substring) -> Double? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    return Double(text)
  }
}
