import History

/// An invocation with its completion, as the audits see it. Positions in the history are the order of time.
struct TimedOperation {
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
    Pairing.operations(of: events).map { recorded in
      let invocation = events[recorded.invocation]
      var operation = TimedOperation(
        function: invocation.function, key: invocation.key, side: record.side(of: recorded.process),
        process: recorded.process, input: invocation.value, isFinal: recorded.isFinal, call: recorded.invocation,
        calledAt: Double(recorded.calledAtNanoseconds) / 1e9)
      guard let position = recorded.completion else { return operation }
      let completion = events[position]
      operation.outcome = recorded.outcome
      operation.output = completion.value
      operation.endedAt = Double(completion.timeNanoseconds) / 1e9
      switch recorded.outcome {
      case .ok: (operation.end, operation.isAnswered) = (position, true)
      case .failed:
        (operation.end, operation.isAnswered) = (position, completion.error.map(answers.contains) ?? false)
      case .unknown: break
      }
      return operation
    }
  }
}
