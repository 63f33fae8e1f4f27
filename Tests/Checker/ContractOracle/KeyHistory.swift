import History

/// What a history says about one key, in the contract's words.
struct KeyHistory {
  /// Things that happen one after the other. Between two of them the store may accept and apply writes.
  enum Step: Hashable {
    /// From now on the store may accept the write.
    case sent(write: Int)
    /// The client has its answer.
    case acknowledged(write: Int, isCommitted: Bool, version: Int64?)
    /// From now on the look may be taken.
    case asked(look: Int)
    /// The look has been taken.
    case answered(look: Int)
  }

  struct Write {
    var effect: Contract.Write
    /// The steps between which the store may accept it, as often as it was sent: not at all where it was refused,
    /// without an end where the outcome is unknown.
    var spans: [Range<Int>] = []
    /// The steps between which the store may have refused it for its condition.
    var refusals: [Range<Int>] = []
    /// The version that it has to get if it is applied: from its answer, or from the record.
    var version: Int64?
    /// Other writes with its operation id.
    var twins: [Int] = []
    /// Whether the history proves that it was applied.
    var isApplied = false
    /// The position of the first answer that acknowledged it.
    fileprivate var acknowledgedAt = Int.max
    /// Positions: the first request, and the first answer that proves that it was applied.
    fileprivate var sentAt = Int.max
    fileprivate var foundAt = Int.max
    fileprivate var attempts = 0

    fileprivate mutating func found(at position: Int) {
      isApplied = true
      foundAt = min(foundAt, position)
    }
  }

  struct Look {
    var answer: Contract.Look
    /// What has to be applied before, in a read after the drain: every write that was acknowledged when it was asked.
    var drained: [Int] = []
  }

  private(set) var steps: [Step] = []
  private(set) var writes: [Write] = []
  private(set) var looks: [Look] = []
  /// Why no execution can explain it, whatever the store did.
  private(set) var contradiction: String?

  /// A request with its answer.
  private struct Call {
    var invocation: Event
    var completion: Event?
    var sentAt: Int
    var endedAt: Int?
    var kind: Event.Kind { completion?.kind ?? .info }
    var level: String? { invocation.level ?? completion?.level }
    var operation: String? { invocation.operation ?? completion?.operation }
    var isWrite: Bool { ["put", "delete", "cas", "write"].contains(invocation.function) }
  }

  /// The keys of a history, each on its own: the contract binds none to another.
  ///
  /// - Parameters:
  ///   - timeToLive: how long a cached read may be behind; `nil`: for ever.
  ///   - isLoose: a conditional write is a look at its condition and a plain write, and anything may come between them.
  /// - Throws: `OutsideContract` for what the contract says nothing about.
  static func all(
    in events: [Event], timeToLive: Duration?, isLoose: Bool = false
  ) throws -> [String: KeyHistory] {
    var calls: [Call] = []
    var open: [Int: Int] = [:]
    for (position, event) in events.enumerated() {
      guard case .client(let process) = event.process else { continue }
      if event.kind == .invoke {
        guard open[process] == nil else { throw OutsideContract("process \(process) asks twice at a time") }
        open[process] = calls.count
        calls.append(Call(invocation: event, sentAt: position))
      } else if let number = open.removeValue(forKey: process) {
        calls[number].completion = event
        calls[number].endedAt = position
      } else {
        throw OutsideContract("process \(process) has an answer without a question")
      }
    }
    // An audit belongs to the key of the write that it names.
    var keys: [String: String] = [:]
    for call in calls where call.isWrite {
      guard let name = call.operation, let key = call.invocation.key else { continue }
      guard keys.updateValue(key, forKey: name) ?? key == key else {
        throw OutsideContract("operation \(name) stands for writes of two keys")
      }
    }
    let ofKey = Dictionary(grouping: calls) { call in
      call.invocation.function == "operation"
        ? call.operation.flatMap { keys[$0] } ?? call.invocation.key ?? "" : call.invocation.key ?? ""
    }
    return try ofKey.mapValues { try KeyHistory($0, of: events, timeToLive: timeToLive, isLoose: isLoose) }
  }

  private init(_ calls: [Call], of events: [Event], timeToLive: Duration?, isLoose: Bool) throws {
    var numbers: [Value: Int] = [.null: 0]
    func number(_ value: Value) -> Int {
      if let known = numbers[value] { return known }
      numbers[value] = numbers.count
      return numbers.count - 1
    }
    // What happens, by the position of its event. What belongs to no event comes before the event of its position.
    var happenings: [(position: Int, order: Int, step: Step)] = []
    var writesOf: [String: [Int]] = [:]
    var spans: [(write: Int, sentAt: Int, end: Int)] = []
    var refusals: [(write: Int, sentAt: Int, end: Int)] = []
    for call in calls where call.isWrite {
      let effect = try Self.effect(of: call, number)
      let named = call.operation.flatMap { writesOf[$0] } ?? []
      // Sent again, or another write under the same id.
      let write = named.first { writes[$0].effect == effect } ?? writes.count
      if write == writes.count {
        writes.append(Write(effect: effect, twins: named))
        for twin in named { writes[twin].twins.append(write) }
        if let name = call.operation { writesOf[name] = named + [write] }
      }
      happenings.append((call.sentAt, 1, .sent(write: write)))
      writes[write].sentAt = min(writes[write].sentAt, call.sentAt)
      writes[write].attempts += 1
      guard call.kind != .fail else {
        if effect.expected != nil, let end = call.endedAt { refusals.append((write, call.sentAt, end)) }
        continue
      }
      spans.append((write, call.sentAt, call.kind == .ok ? call.endedAt ?? .max : .max))
      guard call.kind == .ok, let end = call.endedAt else { continue }
      let isCommitted = call.level != "queued"
      if let version = call.completion?.version { try know(version, of: write) }
      if isCommitted { writes[write].found(at: end) }
      writes[write].acknowledgedAt = min(writes[write].acknowledgedAt, end)
      happenings.append(
        (end, 1, .acknowledged(write: write, isCommitted: isCommitted, version: call.completion?.version)))
    }
    for call in calls where !call.isWrite && call.kind == .ok {
      guard let end = call.endedAt, let answer = call.completion else { continue }
      var look = Look(answer: .state(value: 0, version: nil))
      var askedAt = (position: call.sentAt, order: 1)
      if call.invocation.function == "operation" {
        let named = call.operation.flatMap { writesOf[$0] }
        guard case .bool(let isApplied) = answer.value else {
          throw OutsideContract("an audit says neither yes nor no")
        }
        // What others have sent is no matter of this history.
        guard let named else { continue }
        look.answer = .record(writes: named, isApplied: isApplied, version: answer.version)
        if isApplied, named.count == 1 {
          writes[named[0]].found(at: end)
          if let version = answer.version { try know(version, of: named[0]) }
        }
        // A queued conditional write may have been declined.
        if !isApplied, named.allSatisfy({ writes[$0].effect.expected == nil }), isLastAudit(call, in: calls),
          named.contains(where: { writes[$0].acknowledgedAt < call.sentAt })
        {
          contradiction = "the record lacks an acknowledged operation when it is last asked"
        }
      } else {
        look.answer = .state(value: number(answer.value), version: answer.version)
        if call.level == "cache", answer.level == "pending" {
          look.answer = .pending(value: number(answer.value))
          if answer.version != nil { contradiction = "what is pending has a version" }
        }
        switch call.level {
        case "final", "final-cache":
          look.drained = writes.indices.filter { writes[$0].acknowledgedAt < call.sentAt }
        case "cache":
          // As of any moment since then.
          let earliest = timeToLive.map { call.invocation.timeNanoseconds - Int64($0 / .nanoseconds(1)) } ?? Int64.min
          askedAt = (events.firstIndex { $0.timeNanoseconds >= earliest } ?? 0, 0)
          if askedAt.position > call.sentAt { askedAt = (call.sentAt, 1) }
        default: break
        }
      }
      happenings.append((askedAt.position, askedAt.order, .asked(look: looks.count)))
      happenings.append((end, 1, .answered(look: looks.count)))
      looks.append(look)
    }
    if isLoose {
      for condition in loosen() {
        happenings.append((condition.from, 1, .asked(look: condition.look)))
        happenings.append((condition.to, 1, .answered(look: condition.look)))
      }
    }
    happenings.sort { ($0.position, $0.order) < ($1.position, $1.order) }
    steps = happenings.map(\.step)
    // From positions of events to numbers of steps.
    func step(at position: Int) -> Int {
      happenings.firstIndex { $0.position >= position && $0.order == 1 } ?? steps.count
    }
    for span in spans {
      let end = span.end == .max ? steps.count + 1 : step(at: span.end) + 1
      writes[span.write].spans.append(step(at: span.sentAt) + 1..<end)
    }
    // It changes nothing, but for what else has its id.
    for span in refusals where !writes[span.write].twins.isEmpty {
      writes[span.write].refusals.append(step(at: span.sentAt) + 1..<step(at: span.end) + 1)
    }
  }

  /// The same, with room between any two versions.
  func withDenseVersions() -> KeyHistory {
    func spread(_ version: Int64?) -> Int64? { version.map { $0 * 1000 } }
    var history = self
    for index in writes.indices { history.writes[index].version = spread(writes[index].version) }
    for index in looks.indices {
      switch looks[index].answer {
      case .state(let value, let version): history.looks[index].answer = .state(value: value, version: spread(version))
      case .pending: break
      case .record(let writes, let isApplied, let version):
        history.looks[index].answer = .record(writes: writes, isApplied: isApplied, version: spread(version))
      }
    }
    history.steps = steps.map { step in
      guard case .acknowledged(let write, let isCommitted, let version) = step else { return step }
      return .acknowledged(write: write, isCommitted: isCommitted, version: spread(version))
    }
    return history
  }

  private mutating func know(_ version: Int64, of write: Int) throws {
    if let known = writes[write].version, known != version {
      contradiction = "one write has the versions \(known) and \(version)"
    }
    writes[write].version = version
  }

  private static func effect(of call: Call, _ number: (Value) -> Int) throws -> Contract.Write {
    switch call.invocation.function {
    case "put", "write": return Contract.Write(value: number(call.invocation.value))
    case "delete": return Contract.Write(value: 0)
    default:
      guard case .list(let pair) = call.invocation.value, pair.count == 2 else {
        throw OutsideContract("a compare-and-set without [expected new]")
      }
      return Contract.Write(value: number(pair[1]), expected: number(pair[0]))
    }
  }

  /// Makes of every conditional write a plain one that may come to nothing, and a look at its condition, if it was
  /// applied, between its request and the first answer that proves it.
  ///
  /// - Returns: the looks, with the positions at which they are asked and answered.
  private mutating func loosen() -> [(look: Int, from: Int, to: Int)] {
    var conditions: [(look: Int, from: Int, to: Int)] = []
    for index in writes.indices {
      let write = writes[index]
      guard let expected = write.effect.expected else { continue }
      writes[index].effect.expected = nil
      writes[index].effect.isOptional = true
      // Which of several attempts found the condition to hold is not known.
      guard write.isApplied, write.attempts == 1, write.foundAt > write.sentAt else { continue }
      conditions.append((looks.count, write.sentAt, write.foundAt))
      looks.append(Look(answer: .state(value: expected, version: nil)))
    }
    return conditions
  }

  /// Whether no other audit of the write was answered after this one was asked.
  private func isLastAudit(_ call: Call, in calls: [Call]) -> Bool {
    !calls.contains {
      $0.invocation.function == "operation" && $0.operation == call.operation && $0.kind == .ok
        && $0.sentAt != call.sentAt && $0.endedAt ?? -1 > call.sentAt
    }
  }
}

/// A history of which the contract says nothing: the oracle has no verdict on it.
struct OutsideContract: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
