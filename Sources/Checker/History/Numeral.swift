/// A number as a history writes it, in a form that is the same for every spelling of the same number.
enum Numeral: Equatable {
  case integer(Int64)
  /// What 64 bits with a sign do not hold: digits, with a point or an exponent where there has to be one.
  case text([UInt8])

  /// A JSON number, which is what it amounts to: `1.0`, `1` and `10e-1` are one number.
  ///
  /// - Returns: `nil` for what JSON does not take for a number, and for exponents past all reason.
  init?(json bytes: some Collection<UInt8>) {
    guard var parts = Parts(bytes, allowsPlus: false), parts.suffix == nil else { return nil }
    if parts.digits.isEmpty || parts.exponent >= 0 && parts.digits.count + parts.exponent <= Self.plainDigits {
      self = Self.whole(parts)
    } else {
      parts.keepsPoint = false
      self = .text(parts.text)
    }
  }

  /// An EDN number. As in Clojure an integer is never equal to a floating-point number, nor that to a decimal (`1.5M`).
  ///
  /// - Returns: `nil` for what is no number.
  init?(edn bytes: some Collection<UInt8>) {
    if let slash = bytes.firstIndex(of: 0x2F) {
      let (top, bottom) = (bytes[..<slash], bytes[slash...].dropFirst())
      guard let upper = Parts(top, allowsPlus: true), upper.isWhole, upper.suffix == nil, !bottom.isEmpty,
        bottom.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      guard let ratio = Self.ratio(Self.whole(upper), top, bottom) else { return nil }
      self = ratio
      return
    }
    guard var parts = Parts(bytes, allowsPlus: true) else { return nil }
    if parts.isWhole, parts.suffix != 0x4D {
      self = Self.whole(parts)
    } else {
      guard parts.suffix != 0x4E else { return nil }
      parts.keepsPoint = true
      self = .text(parts.text + (parts.suffix == 0x4D ? [0x4D] : []))
    }
  }

  /// A ratio in its lowest terms; one of numbers past 64 bits as it stands, since Clojure prints no other.
  private static func ratio(
    _ upper: Numeral, _ top: some Collection<UInt8>, _ bottom: some Collection<UInt8>
  ) -> Numeral? {
    guard case .integer(let numerator) = upper, let denominator = Int64(String(decoding: bottom, as: UTF8.self)) else {
      return .text(Array(top) + [0x2F] + Array(bottom))
    }
    guard denominator > 0 else { return nil }
    var (divisor, rest) = (denominator.magnitude, numerator.magnitude)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    // At most the denominator, so that it fits.
    let common = Int64(divisor)
    let lowest = numerator / common
    return denominator == common ? .integer(lowest) : .text(Array("\(lowest)/\(denominator / common)".utf8))
  }

  /// Integers of at most this many digits are written without an exponent.
  private static let plainDigits = 40

  private static func whole(_ parts: Parts) -> Numeral {
    guard !parts.digits.isEmpty else { return .integer(0) }
    let digits = parts.digits + Array(repeating: 0x30, count: parts.exponent)
    let text = (parts.isNegative ? [0x2D] : []) + digits
    return Int64(String(decoding: text, as: UTF8.self)).map { .integer($0) } ?? .text(text)
  }

  /// `digits` times ten to the `exponent`; the digits neither begin nor end with a zero, and 0 has none.
  private struct Parts {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0
    /// Neither a point nor an exponent was written.
    var isWhole = true
    /// EDN's `N` or `M`.
    var suffix: UInt8?
    var keepsPoint = false

    init?(_ bytes: some Collection<UInt8>, allowsPlus: Bool) {
      var rest = Array(bytes)[...]
      if rest.first == 0x2D || allowsPlus && rest.first == 0x2B { isNegative = rest.removeFirst() == 0x2D }
      func digitsNext() -> ArraySlice<UInt8> { rest.prefix { (0x30...0x39).contains($0) } }
      let whole = digitsNext()
      guard let first = whole.first, first != 0x30 || whole.count == 1 else { return nil }
      rest = rest.dropFirst(whole.count)
      digits = Array(whole)
      if rest.first == 0x2E {
        rest.removeFirst()
        let fraction = digitsNext()
        // Clojure reads `1.` too.
        guard !fraction.isEmpty || allowsPlus else { return nil }
        rest = rest.dropFirst(fraction.count)
        digits += fraction
        exponent -= fraction.count
        isWhole = false
      }
      if rest.first == 0x65 || rest.first == 0x45 {
        rest.removeFirst()
        var isSmall = false
        if rest.first == 0x2D || rest.first == 0x2B { isSmall = rest.removeFirst() == 0x2D }
        let power = digitsNext()
        guard !power.isEmpty, power.count <= 15, let number = Int(String(decoding: power, as: UTF8.self)) else {
          return nil
        }
        rest = rest.dropFirst(power.count)
        exponent += isSmall ? -number : number
        isWhole = false
      }
      if allowsPlus, let last = rest.first, last == 0x4E || last == 0x4D {
        suffix = last
        rest.removeFirst()
      }
      guard rest.isEmpty else { return nil }
      digits = Array(digits.drop { $0 == 0x30 })
      while digits.last == 0x30 {
        digits.removeLast()
        exponent += 1
      }
      if digits.isEmpty { (exponent, isNegative) = (0, false) }
    }

    /// As people write it: with an exponent only far from 1.
    var text: [UInt8] {
      let zero: UInt8 = 0x30
      let sign: [UInt8] = isNegative ? [0x2D] : []
      guard !digits.isEmpty else { return Array("0.0".utf8) }
      /// Digits before the point.
      let point = digits.count + exponent
      if point > 0, point <= 21 {
        let whole = digits.prefix(point) + Array(repeating: zero, count: max(0, exponent))
        let fraction = digits.dropFirst(point)
        return sign + whole + (fraction.isEmpty ? (keepsPoint ? Array(".0".utf8) : []) : [0x2E] + fraction)
      }
      if point > -6, point <= 0 { return sign + [zero, 0x2E] + Array(repeating: zero, count: -point) + digits }
      let fraction = digits.dropFirst()
      return sign + digits.prefix(1) + (fraction.isEmpty ? [] : [0x2E] + fraction) + Array("e\(point - 1)".utf8)
    }
  }
}
