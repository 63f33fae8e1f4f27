/// Numbers for people.
enum Figures {
  /// Rounded to this many places, thousands set apart, no needless zeros: `1,234.5`.
  static func decimal(_ value: Double, places: Int = 1) -> String {
    guard value.isFinite else { return "-" }
    let text = fixed(abs(value), places: places)
    let isZero = !text.contains { ("1"..."9").contains($0) }
    var (whole, fraction) = split(text)
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 && !isZero ? "-" : "") + grouped(whole) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Rounded to this many places, all of them written: for columns.
  static func column(_ value: Double, places: Int = 1) -> String {
    guard value.isFinite else { return "-" }
    let (whole, fraction) = split(fixed(abs(value), places: places))
    return (value < 0 ? "-" : "") + grouped(whole) + (fraction.isEmpty ? "" : "." + fraction)
  }

  static func count(_ value: Int) -> String { (value < 0 ? "-" : "") + grouped(String(value.magnitude)) }

  /// A latency in milliseconds, with as many places as mean something: `0.43`, `12.3`, `1,234`.
  static func milliseconds(_ value: Double) -> String {
    column(value, places: value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  private static func fixed(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let units = (value * scale).rounded()
    guard units < 9e15 else { return String(value) }
    var digits = String(Int64(units))
    guard places > 0 else { return digits }
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    return digits.dropLast(places) + "." + digits.suffix(places)
  }

  private static func split(_ text: String) -> (whole: String, fraction: String) {
    let parts = text.split(separator: ".", maxSplits: 1)
    return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
