import History

/// An invocation with its completion, as the audits see it. Positions in the history are the order of time.
struct TimedOperation {
  enum Outcome { case ok, refused, unknown }

  /// Refusals by a tier that works: a conflict with another transaction (serialization, deadlock), an account without
  /// the money. A client that gets one is served.
  private static let answers: Set<String> = ["40001", "40P01", "insufficient funds"]

  /// The end of what has none: its effect may come at any time.
  static let never = Int.max

  var function: String
  var key: String?
  /// The side of its client; `nil` for one that is on no side.
  var side: Int?
  var process: Int
  var input: Value
  var output: Value = .null
  var outcome = Outcome.unknown
  /// After the traffic, when all is quiet: what is still there.
  var isFinal: Bool
  var call: Int
  /// `never` for an unknown outcome.
  var end = Self.never
  /// Seconds on the history's clock.
  var calledAt: Double
  /// When it was answered or given up; infinite if it never was.
  var endedAt = Double.infinity

  /// Whether its client was served: ok, or a refusal by a tier that works.
  var isAnswered = false

  var isAcknowledged: Bool { outcome == .ok }

  /// The operations of a history by their invocations.
  static func operations(of events: [Event], record: CapRecord) -> [TimedOperation] {
    var found: [TimedOperation] = []
    var open: [Int: Int] = [:]
    for (position, event) in events.enumerated() {
      guard case .client(let process) = event.process else { continue }
      let seconds = Double(event.timeNanoseconds) / 1e9
      if event.kind == .invoke {
        open[process] = found.count
        found.append(
          TimedOperation(
            function: event.function, key: event.key, side: record.side(of: process), process: process,
            input: event.value, isFinal: event.level == "final" || event.level == "final-cache", call: position,
            calledAt: seconds))
      } else if let index = open.removeValue(forKey: process) {
        found[index].endedAt = seconds
        found[index].output = event.value
        switch event.kind {
        case .ok: (found[index].outcome, found[index].end) = (.ok, position)
        case .fail: (found[index].outcome, found[index].end) = (.refused, position)
        case .info, .invoke: found[index].outcome = .unknown
        }
        found[index].isAnswered =
          event.kind == .ok || (event.kind == .fail && event.error.map(answers.contains) ?? false)
      }
    }
    return found
  }
}
