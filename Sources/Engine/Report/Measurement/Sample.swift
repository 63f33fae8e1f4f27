import History

/// One operation of the traffic, as the measurements see it.
public struct Sample: Sendable, Hashable {
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
  /// The traffic of a history, by start. The final phase (audits, final reads) is not traffic. What has no end is open
  /// until the history's.
  public static func samples(of events: [Event]) -> [Sample] {
    let last = events.last?.timeNanoseconds ?? 0
    return Pairing.operations(of: events).filter { !$0.isFinal }.map { operation in
      let invocation = events[operation.invocation]
      return Sample(
        start: Double(operation.calledAtNanoseconds) / 1e9, end: Double(operation.endedAtNanoseconds ?? last) / 1e9,
        outcome: operation.outcome,
        kind: [invocation.function, invocation.level].compactMap(\.self).joined(separator: " "))
    }
  }
}
