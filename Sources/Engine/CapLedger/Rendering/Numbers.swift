/// A number for people: no needless zeros.
func number(_ value: Double, decimals: Int = 1) -> String {
  let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
  let rounded = (value * scale).rounded() / scale
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : String(rounded)
}

/// A share, 0...1, for people. What is less than all does not read as all.
func percent(_ share: Double) -> String {
  if share < 1, share > 0.999 { return "99.9 %" }
  if share > 0, share < 0.001 { return "0.1 %" }
  return "\(number(share * 100)) %"
}

/// A duration for people. What is not nothing does not read as nothing.
func seconds(_ value: Double?) -> String { value.map { "\(number($0, decimals: abs($0) < 0.1 ? 3 : 1)) s" } ?? "-" }

/// `12 writes`, `1 write`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
