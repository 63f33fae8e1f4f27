import Presentation

/// Seconds from the strike to places in a picture.
struct TimeScale {
  static let left = 200.0
  static let width = 500.0

  let first: Int
  /// After `first`.
  let end: Int

  /// The width of a second.
  var second: Double { Self.width / Double(end - first) }

  /// What is outside is drawn at the edge.
  func x(_ seconds: Double) -> Double {
    Self.left + (min(max(seconds, Double(first)), Double(end)) - Double(first)) * second
  }

  /// The seconds that get a word, at most a dozen.
  var ticks: [Int] {
    let step = Axis.step(ofSeconds: end - first, marks: 10)
    let (forth, back) = (stride(from: 0, through: end, by: step), stride(from: -step, through: first, by: -step))
    return forth.filter { $0 >= first } + back
  }
}
