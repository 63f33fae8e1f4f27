/// The times of events as histories write them. A time is only shown, and used for the age of stale reads.
enum Timestamp {
  static let expected = "a time: nanoseconds, seconds with a fraction, or a text as in ISO 8601"

  /// A whole number is nanoseconds; one with a fraction or an exponent is seconds.
  static func nanoseconds(seconds text: some StringProtocol) -> Int64? {
    guard let seconds = Double(text), seconds.isFinite else { return nil }
    // A double holds whole nanoseconds for some hundred days only; the fraction is taken from the text.
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 2, let whole = Int64(parts[0]), parts[1].allSatisfy({ $0.isASCII && $0.isNumber }) {
      let fraction = Int64(String((parts[1] + "000000000").prefix(9))) ?? 0
      let (product, isOver) = whole.multipliedReportingOverflow(by: 1_000_000_000)
      if !isOver {
        let sum = product.addingReportingOverflow(parts[0].hasPrefix("-") ? -fraction : fraction)
        if !sum.overflow { return sum.partialValue }
      }
    }
    return saturated(seconds * 1e9)
  }

  private static func saturated(_ nanoseconds: Double) -> Int64 {
    nanoseconds >= 9.2e18 ? .max : nanoseconds <= -9.2e18 ? .min : Int64(nanoseconds)
  }

  /// Nanoseconds since 1970 of a text such as `2026-01-01T10:00:00.5Z` or `2026-01-01 10:00:00,123+02:00`.
  static func nanoseconds(iso text: some Collection<UInt8>) -> Int64? {
    var rest = Array(text)[...]
    func number(_ digits: Int) -> Int64? {
      guard rest.count >= digits else { return nil }
      var number: Int64 = 0
      for byte in rest.prefix(digits) {
        guard byte &- 0x30 < 10 else { return nil }
        number = number * 10 + Int64(byte - 0x30)
      }
      rest = rest.dropFirst(digits)
      return number
    }
    func take(_ bytes: String) -> Bool {
      guard let first = rest.first, bytes.utf8.contains(first) else { return false }
      rest.removeFirst()
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), (1...12).contains(month), take("-"),
      let day = number(2), (1...31).contains(day), take("Tt "), let hour = number(2), hour < 24, take(":"),
      let minute = number(2), minute < 60
    else { return nil }
    var seconds: Int64 = 0
    var fraction: Int64 = 0
    if take(":") {
      guard let number = number(2), number <= 60 else { return nil }
      seconds = number
      if take(".,") {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let nine = (digits + Array(repeating: 0x30, count: 9)).prefix(9)
        fraction = nine.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
      }
    }
    var offset: Int64 = 0
    if !take("Zz"), let sign = rest.first, sign == 0x2B || sign == 0x2D {
      rest.removeFirst()
      guard let hours = number(2) else { return nil }
      _ = take(":")
      let minutes = rest.isEmpty ? 0 : number(2)
      guard let minutes else { return nil }
      offset = (hours * 60 + minutes) * 60 * (sign == 0x2B ? 1 : -1)
    }
    guard rest.isEmpty else { return nil }
    let total = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + seconds - offset
    let (product, isOver) = total.multipliedReportingOverflow(by: 1_000_000_000)
    guard !isOver else { return total < 0 ? .min : .max }
    return product.addingReportingOverflow(fraction).partialValue
  }

  /// Days since 1970-01-01 in the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years that begin in March, so that the leap day is the last.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The time that a value of EDN or Fressian stands for; `nil` for one that is no time.
  static func nanoseconds(_ token: Token, symbols: borrowing Symbols) -> Int64? {
    if let whole = symbols.integer(token) { return whole }
    if let text = symbols.bytes(token) { return nanoseconds(iso: text) }
    switch symbols.value(token) {
    case .number(let text): return nanoseconds(seconds: text.hasSuffix("M") ? text.dropLast() : text[...])
    case .tagged("inst", .string(let text)), .tagged("instant", .string(let text)): return nanoseconds(iso: text.utf8)
    case .tagged("inst", .integer(let milliseconds)):
      let (product, isOver) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
      return isOver ? (milliseconds < 0 ? .min : .max) : product
    default: return nil
    }
  }
}
