import History

/// Converts the nemesis' events into time spans.
///
/// A fault is named by a word, and its end by `heal-WORD` as kvchaos has it (`FaultEvent`), or `stop` for `start` and
/// `stop-WORD` for `start-WORD` as Jepsen's nemeses do. Where nothing was started, `stop` is the fault of that name.
struct FaultSpans {
  private(set) var faults: [Timeline.Fault] = []
  /// By word and target: where in `faults` the one is that goes on.
  private var open: [String: Int] = [:]
  /// Whether a word was Jepsen's.
  private var hasStarts = false

  /// - Parameters:
  ///   - function: the word.
  ///   - target: what it was done to, as people write it; empty for nothing.
  mutating func add(_ function: String, target: String, at nanoseconds: Int64) {
    let (event, word) = FaultEvent.named(function)
    if function == "stop" || function.hasPrefix("stop-") {
      if let place = open.removeValue(forKey: "start" + function.dropFirst("stop".count)) {
        faults[place].endNanoseconds = nanoseconds
        return
      }
      guard word == "stop", !hasStarts, !target.isEmpty else { return }
    }
    let key = "\(word) \(target)"
    switch event {
    case .healOrdered, .healed, .healFailed:
      guard let place = open[key] else { return }
      // Until it is done; where only the order is told, until then.
      faults[place].endNanoseconds = event == .healFailed ? nil : nanoseconds
      if event == .healed { open[key] = nil }
      return
    case .inEffect:
      // It lasts until it is healed, or to the end.
      if let place = open[key] { faults[place].endNanoseconds = nil }
      return
    case .failed, .skipped:
      guard let place = open.removeValue(forKey: key) else { return }
      faults[place].text += " (not injected)"
      faults[place].endNanoseconds = nanoseconds
      return
    case .struck, .endedEarly: break
    }
    let isStart = word == "start" || word.hasPrefix("start-")
    if isStart { hasStarts = true }
    let name = isStart ? word : key
    // Jepsen has two events for each word: when it is said, and when it is done.
    guard open[name] == nil else { return }
    open[name] = faults.count
    faults.append(
      Timeline.Fault(
        nanoseconds: nanoseconds, endNanoseconds: isStart ? nil : nanoseconds,
        text: target.isEmpty ? word : key))
  }
}
