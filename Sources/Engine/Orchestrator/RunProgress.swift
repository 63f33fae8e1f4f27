/// The progress of a run.
public enum RunProgress: Sendable, Hashable {
  /// One sentence, to be kept on the screen.
  case note(String)
  case phase(RunPhase)
  /// The line that is drawn again and again.
  case live(LiveLine)
}

/// The numbers of the live line.
public struct LiveLine: Sendable, Hashable {
  public var phase: RunPhase
  /// Since the start of the run.
  public var elapsed: Duration
  /// Since the start of the phase.
  public var inPhase: Duration
  public var measure: LiveMeasure
  /// `kill redis-2`.
  public var openFaults: [String]
  /// The progress of the final phase: `audit 120/800`.
  public var step: String?

  /// The line, without colours: `faults 3.2 s | 1,234 ops, 98.21 % ok, 12 failed, 3 unknown | 118/s | kill redis-2`.
  public var text: String {
    let seconds = Double(Int(inPhase / .milliseconds(100))) / 10
    var parts = ["\(phase.rawValue) \(seconds) s"]
    if let step {
      parts.append(step)
    } else if measure.operations > 0 {
      let share = (Double(measure.ok) / Double(measure.operations) * 10_000).rounded(.down) / 100
      parts.append("\(measure.operations) ops, \(share) % ok, \(measure.fail) failed, \(measure.unknown) unknown")
      parts.append("\(measure.ratePerSecond)/s")
    }
    if !openFaults.isEmpty { parts.append(openFaults.joined(separator: ", ")) }
    return parts.joined(separator: " | ")
  }
}
