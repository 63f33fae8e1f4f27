import History

/// Decides the linearizability of one key with the cheapest exact engine.
struct KeyCheck {
  let history: PreparedHistory
  let trail: AuditTrail
  let model: Model
  let options: CheckOptions
  let failedCas: CheckOptions.FailedCas
  let budget: Budget
  /// How long the core of one violation may be looked for.
  static let coreTime: Duration = .milliseconds(400)

  func verdict(ofGroup group: Int) -> KeyVerdict {
    let start = ContinuousClock.now
    let recorded = history.ops(inGroup: group)
    let ops = trail.effects(recorded)
    var result = KeyVerdict(
      key: history.name(ofGroup: group), verdict: .holds, engine: .none, operations: recorded.count,
      unknowns: recorded.count { $0.outcome == .unknown }, seconds: 0, configurations: 0, core: [])
    switch model {
    case .register, .casRegister, .versionedRegister: checkRegister(ops, &result)
    case .mutex, .ownerMutex, .fencedMutex: checkLock(ops, &result)
    case .append: checkAppend(ops, &result)
    case .queue: checkQueue(ops, &result)
    case .atLeastOnceQueue: checkDeliveries(ops, &result)
    case .set: checkSet(ops, &result)
    case .counter: checkCounter(ops, &result)
    }
    // An answer that cannot be interpreted is never a pass, and does not hide a violation that was found without it.
    if result.verdict == .holds, result.note != nil { result.verdict = .unknown }
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  /// Notes an operation that the model does not have. A history of another model does not violate this one.
  func isUnsuitable(_ op: Op?, _ result: inout KeyVerdict) -> Bool {
    guard let op else { return false }
    result.verdict = .unknown
    result.note =
      "the operation `\(history.symbols.function(op.function))` does not belong to the model \(model.rawValue)"
    return true
  }

  /// Records an answer that cannot be interpreted: the key can then not count as held.
  func caveat(_ result: inout KeyVerdict, _ op: Op, _ what: String) {
    guard result.note == nil else { return }
    result.note = "the answer of `\(history.operation(op))` \(what)"
  }

  /// Interprets the answers of the key's operations; an answer that cannot be interpreted is recorded.
  func answerReading(_ ops: [Op], _ result: inout KeyVerdict) -> AnswerReading? {
    guard !options.ignoresAnswers else { return nil }
    let reading = AnswerReading(ops, model: model, symbols: history.symbols)
    if let op = ops.first(where: { reading($0) == .foreign || reading.seen($0) == .foreign }) {
      caveat(
        &result, op,
        "is neither nothing, nor the value it was invoked with, nor a value that was there before; "
          + "if it says no more than that it was done, --ignore-answers leaves such answers out")
    }
    return reading
  }

  func violated(_ message: String, _ core: [Op], _ result: inout KeyVerdict) {
    result.verdict = .violated
    result.message = message
    result.core = core.sorted { $0.call < $1.call }.map(history.operation)
  }

  func exhausted(_ what: Budget.Exhausted, _ result: inout KeyVerdict) {
    result.verdict = .unknown
    result.note = what.rawValue
  }

  /// The time for one core: short, and never past the deadline of the whole check.
  var coreBudget: Budget { Budget(within: budget, timeout: Self.coreTime) }
}

extension KeyVerdict {
  /// The verdict on a key that was not looked at.
  init(unchecked history: PreparedHistory, group: Int, note: String) {
    self.init(
      key: history.name(ofGroup: group), verdict: .unknown, engine: .none, operations: history.count(inGroup: group),
      unknowns: 0, seconds: 0, configurations: 0, note: note, core: [])
  }
}
