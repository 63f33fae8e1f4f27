import Report

/// The answers of a side, a character a second, with a line where the fault struck and where it was healed.
enum Sparkline {
  static let legend = """
    A character is a second: the height of ▁▂▃▄▅▆▇█ is the requests answered, of the most that the side had in a second; \
    x: all refused; ?: none answered in time; a dot: no request ended. │: the strike, and the heal.
    """
  private static let heights = Array("▁▂▃▄▅▆▇█")

  static func text(_ timeline: Report.Timeline, marks: [Double?], until end: Double) -> String {
    let bins = timeline.bins.prefix(Int(end.rounded(.up)))
    let most = bins.map(\.ok).max() ?? 0
    let seconds = Set(marks.compactMap { $0.map { Int($0) } })
    var text = ""
    for bin in bins {
      if seconds.contains(bin.second) { text.append("│") }
      text.append(character(bin, most: most))
    }
    return text
  }

  private static func character(_ bin: Report.Timeline.Bin, most: Int) -> Character {
    if bin.ok > 0 { return heights[min(bin.ok * heights.count / max(most, 1), heights.count - 1)] }
    if bin.fail == 0, bin.unknown == 0 { return "·" }
    return bin.fail >= bin.unknown ? "x" : "?"
  }
}
