/// Numbers for people.
public enum Numbers {
  /// Rounded, without needless zeros: `12.02`, `40`.
  ///
  /// - Parameter decimals: at most.
  public static func number(_ value: Double, decimals: Int = 3) -> String {
    let (sign, whole, fraction) = digits(value, decimals)
    let rest = fraction.prefix(fraction.count - fraction.reversed().prefix { $0 == "0" }.count)
    return sign + whole + (rest.isEmpty ? "" : "." + rest)
  }

  /// The same with thousands set apart: `1,234.5`.
  public static func grouped(_ value: Double, decimals: Int = 1) -> String {
    grouping(number(value, decimals: decimals))
  }

  /// Rounded, with all decimals: `12.020`.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    let (sign, whole, fraction) = digits(value, decimals)
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// The same with thousands set apart: for columns.
  public static func column(_ value: Double, decimals: Int = 1) -> String {
    grouping(fixed(value, decimals: decimals))
  }

  /// `12,345`
  public static func count(_ value: Int) -> String { grouping(String(value)) }

  /// `12 writes`, `1 write`
  public static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// A share, 0...1: `99.5 %`. It is never rounded up, so that less than all does not read as all; what is not nothing
  /// does not read as nothing.
  public static func percent(_ share: Double, decimals: Int = 2) -> String {
    let scale = power(decimals)
    // 0.57 of 100 is a little less than 57.
    let steps = (share * 100 * scale + 1e-6).rounded(.down)
    return number((share > 0 ? max(steps, 1) : steps) / scale, decimals: decimals) + " %"
  }

  /// A duration in seconds: `12.5 s`. What is not nothing does not read as nothing. `-` if there is none.
  public static func seconds(_ value: Double?) -> String {
    value.map { "\(number($0, decimals: abs($0) < 0.1 ? 3 : 1)) s" } ?? "-"
  }

  /// A latency in milliseconds, without its unit, with as many decimals as mean something: `0.43`, `12.3`, `1,234`.
  public static func milliseconds(_ value: Double) -> String {
    column(value, decimals: value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// The sign, the whole part and all decimals of a rounded number. What rounds to zero has no sign.
  private static func digits(_ value: Double, _ decimals: Int) -> (sign: String, whole: String, fraction: String) {
    guard value.isFinite else { return ("", "-", "") }
    let units = (abs(value) * power(decimals)).rounded()
    guard units < 9e15 else { return (value < 0 ? "-" : "", String(abs(value)), "") }
    let text = String(Int64(units))
    let padded = String(repeating: "0", count: max(decimals + 1 - text.count, 0)) + text
    return (value < 0 && units > 0 ? "-" : "", String(padded.dropLast(decimals)), String(padded.suffix(decimals)))
  }

  private static func power(_ decimals: Int) -> Double { (0..<decimals).reduce(1.0) { scale, _ in scale * 10 } }

  private static func grouping(_ text: String) -> String {
    let sign = text.hasPrefix("-") && text.count > 1 ? "-" : ""
    let parts = text.dropFirst(sign.count).split(separator: ".", maxSplits: 1)
    guard let whole = parts.first, whole.allSatisfy(\.isNumber) else { return text }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return sign + result + (parts.count == 2 ? "." + parts[1] : "")
  }
}
