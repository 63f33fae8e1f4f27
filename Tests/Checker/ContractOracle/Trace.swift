import History

/// A history as pairs of events, to be damaged.
struct Trace {
  struct Operation {
    /// Positions in `events`.
    var invocation: Int
    var completion: Int?
  }

  var events: [Event]
  private(set) var operations: [Operation] = []

  init(_ events: [Event]) {
    self.events = events
    var open: [Int: Int] = [:]
    for (position, event) in events.enumerated() {
      guard case .client(let process) = event.process else { continue }
      if event.kind == .invoke {
        open[process] = operations.count
        operations.append(Operation(invocation: position))
      } else if let number = open.removeValue(forKey: process) {
        operations[number].completion = position
      }
    }
  }

  func invocation(_ operation: Operation) -> Event { events[operation.invocation] }
  func completion(_ operation: Operation) -> Event? { operation.completion.map { events[$0] } }
  func kind(_ operation: Operation) -> Event.Kind { completion(operation)?.kind ?? .info }
  func level(_ operation: Operation) -> String? { invocation(operation).level ?? completion(operation)?.level }
  func id(_ operation: Operation) -> String? { invocation(operation).operation ?? completion(operation)?.operation }
  func isWrite(_ operation: Operation) -> Bool {
    ["put", "delete", "write", "cas"].contains(invocation(operation).function)
  }
  func isRead(_ operation: Operation) -> Bool { ["get", "read"].contains(invocation(operation).function) }
  func isAudit(_ operation: Operation) -> Bool { invocation(operation).function == "operation" }

  func answeredReads(where isWanted: (Operation) -> Bool = { _ in true }) -> [Operation] {
    operations.filter { isRead($0) && kind($0) == .ok && isWanted($0) }
  }

  func writes(_ kind: Event.Kind? = nil, where isWanted: (Operation) -> Bool = { _ in true }) -> [Operation] {
    operations.filter { isWrite($0) && (kind == nil || self.kind($0) == kind) && isWanted($0) }
  }

  /// Audits that were answered so.
  func audits(_ answer: Bool) -> [Operation] {
    operations.filter { isAudit($0) && completion($0)?.kind == .ok && completion($0)?.value == .bool(answer) }
  }

  /// What a write leaves.
  func value(_ write: Operation) -> Value {
    let request = invocation(write)
    if request.function == "delete" { return .null }
    if request.function == "cas", case .list(let pair) = request.value, pair.count == 2 { return pair[1] }
    return request.value
  }

  /// The version of a write, from its answer or from the record.
  func version(_ write: Operation) -> Int64? {
    if let own = completion(write)?.version { return own }
    guard let id = id(write) else { return nil }
    return audits(true).first { self.id($0) == id }.flatMap { completion($0)?.version }
  }

  mutating func answer(_ operation: Operation, _ change: (inout Event) -> Void) {
    if let position = operation.completion { change(&events[position]) }
  }

  mutating func both(_ operation: Operation, _ change: (inout Event) -> Void) {
    change(&events[operation.invocation])
    answer(operation, change)
  }

  mutating func swapAnswers(_ first: Operation, _ second: Operation) {
    guard let first = first.completion, let second = second.completion else { return }
    let value = events[first].value
    let version = events[first].version
    (events[first].value, events[first].version) = (events[second].value, events[second].version)
    (events[second].value, events[second].version) = (value, version)
  }

  mutating func swapVersions(_ first: Int, _ second: Int) {
    let version = events[first].version
    events[first].version = events[second].version
    events[second].version = version
  }

  /// Moves events to other places; they get the time of their new neighbours.
  ///
  /// - Parameter places: by position of an event, the position in front of which it goes.
  mutating func move(_ places: [Int: Int]) {
    var moved: [Event] = []
    for position in 0...events.count {
      for (from, to) in places.sorted(by: { $0.key < $1.key }) where to == position && from < events.count {
        var event = events[from]
        event.timeNanoseconds = position > 0 ? events[position - 1].timeNanoseconds : 0
        moved.append(event)
      }
      if position < events.count, places[position] == nil { moved.append(events[position]) }
    }
    events = moved
  }

  mutating func remove(_ positions: some Sequence<Int>) {
    let gone = Set(positions)
    events = events.indices.filter { !gone.contains($0) }.map { events[$0] }
  }

  /// The events with their positions as their numbers; `nil` where a process would ask twice at a time, or answer
  /// unasked.
  func numbered() -> [Event]? {
    var open: Set<Int> = []
    var latest = Int64.min
    return events.isEmpty
      ? nil
      : events.enumerated().reduce(into: [Event]?.some([])) { result, next in
        var event = next.element
        event.index = next.offset
        latest = max(latest, event.timeNanoseconds)
        event.timeNanoseconds = latest
        guard case .client(let process) = event.process else {
          result?.append(event)
          return
        }
        let fits = event.kind == .invoke ? open.insert(process).inserted : open.remove(process) != nil
        if fits { result?.append(event) } else { result = nil }
      }
  }
}
