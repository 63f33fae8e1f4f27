import History

/// One operation of the traffic, as the measurements see it.
public struct Sample: Sendable, Hashable {
  public enum Outcome: String, Sendable, Hashable, Codable {
    case ok
    case fail
    case unknown
  }

  /// Seconds since the start of the run.
  public var start: Double
  /// When it was answered, or given up; otherwise the end of the history.
  public var end: Double
  public var outcome: Outcome
  /// The operation and its level: `put queued`, `get cache`.
  public var kind: String

  public init(start: Double, end: Double, outcome: Outcome, kind: String) {
    self.start = start
    self.end = end
    self.outcome = outcome
    self.kind = kind
  }

  public var latency: Double { end - start }

  /// Whether a user would call it served: answered with ok, and within the limit.
  public func isServed(within latencyLimit: Double) -> Bool {
    outcome == .ok && latency <= latencyLimit
  }
}

extension Sample {
  /// The traffic of a history, by start: invocations paired with their completions. The final phase (audits, final
  /// reads) is not traffic.
  public static func samples(of events: [Event]) -> [Sample] {
    var open: [Int: Int] = [:]
    var samples: [Sample] = []
    for event in events {
      guard case .client(let process) = event.process else { continue }
      let seconds = Double(event.timeNanoseconds) / 1e9
      switch event.kind {
      case .invoke:
        guard isTraffic(event) else { continue }
        open[process] = samples.count
        let kind = [event.function, event.level].compactMap(\.self).joined(separator: " ")
        // Open until shown otherwise.
        samples.append(Sample(start: seconds, end: .infinity, outcome: .unknown, kind: kind))
      case .ok, .fail, .info:
        guard let index = open.removeValue(forKey: process) else { continue }
        samples[index].end = seconds
        samples[index].outcome = event.kind == .ok ? .ok : event.kind == .fail ? .fail : .unknown
      }
    }
    let last = events.last.map { Double($0.timeNanoseconds) / 1e9 } ?? 0
    for index in samples.indices where samples[index].end == .infinity { samples[index].end = last }
    return samples
  }

  private static func isTraffic(_ event: Event) -> Bool {
    event.function != "operation" && event.level != "final" && event.level != "final-cache"
  }
}
