/// Converts the nemesis' events into time spans.
///
/// A fault is named by a word, and its end by `heal-WORD`, or `stop` for `start` and `stop-WORD` for `start-WORD` as
/// Jepsen's nemeses have it. What is added to a word (`-in-effect`, `-done`, `-failed`, `-skipped`) is kvchaos's.
struct FaultSpans {
  private(set) var faults: [Timeline.Fault] = []
  /// By word and target: where in `faults` the one is that goes on.
  private var open: [String: Int] = [:]

  /// - Parameters:
  ///   - function: the word.
  ///   - target: what it was done to, as people write it; empty for nothing.
  mutating func add(_ function: String, target: String, at nanoseconds: Int64) {
    var word = function[...]
    func drop(suffix: String) -> Bool {
      guard word.hasSuffix(suffix) else { return false }
      word = word.dropLast(suffix.count)
      return true
    }
    if word.hasPrefix("heal-") {
      word = word.dropFirst("heal-".count)
      let isOver = drop(suffix: "-done")
      let isLasting = !isOver && drop(suffix: "-failed")
      guard let place = open["\(word) \(target)"] else { return }
      // Until it is done; where only the order is told, until then.
      faults[place].endNanoseconds = isLasting ? nil : nanoseconds
      if isOver { open["\(word) \(target)"] = nil }
      return
    }
    if word == "stop" || word.hasPrefix("stop-") {
      guard let place = open.removeValue(forKey: "start" + word.dropFirst("stop".count)) else { return }
      faults[place].endNanoseconds = nanoseconds
      return
    }
    if drop(suffix: "-in-effect") {
      // It lasts until it is healed, or to the end.
      if let place = open["\(word) \(target)"] { faults[place].endNanoseconds = nil }
      return
    }
    if drop(suffix: "-failed") || drop(suffix: "-skipped") {
      guard let place = open.removeValue(forKey: "\(word) \(target)") else { return }
      faults[place].text += " (not injected)"
      faults[place].endNanoseconds = nanoseconds
      return
    }
    let isStart = word == "start" || word.hasPrefix("start-")
    let name = isStart ? String(word) : "\(word) \(target)"
    // Jepsen has two events for each word: when it is said, and when it is done.
    guard open[name] == nil else { return }
    open[name] = faults.count
    faults.append(
      Timeline.Fault(
        nanoseconds: nanoseconds, endNanoseconds: isStart ? nil : nanoseconds,
        text: target.isEmpty ? String(word) : "\(word) \(target)"))
  }
}
