import History

/// Writes a history down by hand: an operation a line, with its times in seconds; the events are sorted by time.
struct Script {
  typealias Kind = Event.Kind

  private var timed: [(at: Double, event: Event)] = []

  var events: [Event] {
    timed.sorted { $0.at < $1.at }.enumerated().map { index, timed in
      var event = timed.event
      event.index = index
      event.timeNanoseconds = Int64(timed.at * 1e9)
      return event
    }
  }

  /// - Parameter end: `nil`: never answered.
  mutating func add(
    _ process: Int, _ function: String, _ input: Value = .null, _ kind: Event.Kind = .ok, output: Value? = nil,
    key: String? = nil, level: String? = nil, from start: Double, to end: Double?
  ) {
    func event(_ kind: Event.Kind, _ value: Value) -> Event {
      Event(
        index: 0, timeNanoseconds: 0, process: .client(process), kind: kind, function: function, key: key, value: value,
        level: level)
    }
    timed.append((start, event(.invoke, input)))
    if let end { timed.append((end, event(kind, output ?? input))) }
  }

  /// A put that takes a tenth of a second.
  mutating func put(
    _ value: Int64, _ kind: Event.Kind = .ok, by process: Int = 0, key: String = "k", at start: Double,
    to end: Double? = nil
  ) {
    add(process, "put", .integer(value), kind, key: key, from: start, to: end ?? start + 0.1)
  }

  mutating func get(
    _ value: Int64?, _ kind: Event.Kind = .ok, by process: Int = 1, key: String = "k", level: String? = nil,
    at start: Double
  ) {
    add(
      process, "get", .null, kind, output: value.map(Value.integer) ?? .null, key: key, level: level, from: start,
      to: start + 0.1)
  }

  /// An operation of its own every tenth of a second.
  mutating func traffic(
    by process: Int, _ kind: Event.Kind = .ok, from start: Double, to end: Double, firstValue: Int64
  ) {
    var client = process
    for number in 0..<Int(((end - start) * 10).rounded()) {
      let at = start + Double(number) / 10
      put(firstValue + Int64(number), kind, by: client, at: at, to: at + 0.05)
      if kind == .info { client += 100 }
    }
  }
}
