import History

/// What the store's own record says about operation ids, gathered from the history's audits.
///
/// An audit asks the record and nothing else, so its answer was true at some moment between question and answer. A write
/// that it found was applied by then; one that it did not find was not applied yet.
struct AuditTrail: Sendable {
  /// What the record said of one id.
  struct Answers: Sendable {
    /// The audit that found the write and ended first.
    var applied: Op?
    /// The audit that did not find it and began last.
    var denied: Op?
    /// An audit that did not find it although an earlier one had.
    var vanished: Op?
    /// The version that the write gave its key.
    var version: Int64?
    /// An audit that told another version than an earlier one.
    var otherVersion: Op?
    /// An audit whose answer is neither true nor false.
    var unreadable: Op?
  }

  /// What the writes of one operation id have in common.
  private struct Claim {
    var key: Int32
    var action: Action
    var input: Token
    var count = 1
  }

  private var answers: [Int32: Answers] = [:]
  /// Ids that several attempts at one write share.
  private var retried: Set<Int32> = []
  /// Ids that different writes share: what the record says of them vouches for one write only, and does not say for which.
  private var ambiguous: Set<Int32> = []
  /// Whether settling may change an operation at all.
  private let settlesAnything: Bool

  init(_ history: PreparedHistory) {
    var claims: [Int32: Claim] = [:]
    for op in history.ops where op.operation >= 0 {
      if op.action == .audit {
        if op.outcome == .ok { answers[op.operation, default: Answers()].add(op) }
      } else if op.isEffect {
        let claim = Claim(key: op.key, action: op.action, input: op.input)
        guard let other = claims.updateValue(claim, forKey: op.operation) else { continue }
        if other.key == claim.key, other.action == claim.action, other.input == claim.input {
          retried.insert(op.operation)
        } else {
          ambiguous.insert(op.operation)
        }
      }
    }
    retried.subtract(ambiguous)
    settlesAnything = !answers.isEmpty || !retried.isEmpty || history.actions.contains(.cas)
  }

  var isEmpty: Bool { answers.isEmpty }

  /// `nil`: the record was not asked, did not answer, or cannot know which write is meant.
  func answers(_ op: Op) -> Answers? {
    op.operation < 0 || ambiguous.contains(op.operation) ? nil : answers[op.operation]
  }

  /// Whether the record was asked for an id that this write shares with a different one.
  func isAmbiguous(_ op: Op) -> Bool {
    op.operation >= 0 && ambiguous.contains(op.operation) && answers[op.operation] != nil
  }

  /// The moment by which the write certainly was applied, as a position in the history; `Op.never`: there is none.
  ///
  /// - Parameter op: as `settled` leaves it.
  func effectEnd(_ op: Op) -> Int32 {
    let found = answers(op)?.applied?.ret ?? Op.never
    return op.outcome == .ok && op.level != .queued ? min(op.ret, found) : found
  }

  /// Whether it is the record alone that says that this write took effect.
  ///
  /// - Parameter op: as `settled` leaves it.
  func isSettled(_ op: Op) -> Bool {
    op.operation >= 0 && op.outcome == .ok && answers(op)?.applied.map { $0.ret == op.ret } ?? false
  }

  /// The time of `effectEnd`.
  func effectEndTime(_ op: Op) -> Int64 {
    guard let found = answers(op)?.applied, found.ret < op.ret || op.level == .queued else { return op.returnTime }
    return found.returnTime
  }

  /// Operations with what the record adds:
  ///
  /// - A write of unknown outcome that the record has counts as acknowledged when the audit ended.
  /// - What the record knows the version of has that version.
  /// - Several attempts at one write, with one id, are one write.
  /// - A conditional write that is only queued promises nothing: its condition may turn out not to hold.
  func settled(_ ops: [Op]) -> [Op] {
    guard settlesAnything else { return ops }
    var result: [Op] = []
    result.reserveCapacity(ops.count)
    var places: [Int32: Int] = [:]
    for op in ops {
      guard op.isEffect else {
        result.append(op)
        continue
      }
      guard retried.contains(op.operation) else {
        result.append(op)
        continue
      }
      if let place = places[op.operation] {
        result[place].join(op)
      } else {
        places[op.operation] = result.count
        result.append(op)
      }
    }
    for position in result.indices where result[position].isEffect { settle(&result[position]) }
    return result
  }

  private func settle(_ op: inout Op) {
    let answers = answers(op)
    if op.action == .cas, op.level == .queued, op.outcome == .ok, answers?.applied == nil {
      (op.outcome, op.ret, op.returnTime) = (.unknown, Op.never, Int64.max)
    }
    guard let answers else { return }
    if !op.hasVersion, op.outcome != .failed, let version = answers.version { op.version = version }
    if op.outcome == .unknown, let applied = answers.applied {
      (op.outcome, op.ret, op.returnTime) = (.ok, applied.ret, applied.returnTime)
    }
  }

  /// Settled operations as the linearizability of a key sees them: what is known to be applied is certain, whatever level
  /// it asked for.
  func effects(_ ops: [Op]) -> [Op] {
    guard settlesAnything else { return ops }
    var ops = settled(ops)
    for position in ops.indices where ops[position].isEffect && ops[position].outcome == .ok {
      let end = effectEnd(ops[position])
      guard end != Op.never else { continue }
      ops[position].ret = end
      if ops[position].level == .queued { ops[position].level = .committed }
    }
    return ops
  }

  /// The moment before which the write certainly was not applied; -1: none is known.
  func effectBegin(_ op: Op) -> Int32 {
    guard let answers = answers(op), answers.vanished == nil, let denied = answers.denied else { return -1 }
    return denied.call
  }
}

extension AuditTrail.Answers {
  /// - Parameter audit: an answered one; they come in the order of their invocations.
  fileprivate mutating func add(_ audit: Op) {
    switch audit.output {
    case .yes:
      if applied.map({ audit.ret < $0.ret }) ?? true { applied = audit }
      guard audit.hasVersion else { return }
      if let version, version != audit.version { otherVersion = otherVersion ?? audit }
      version = version ?? audit.version
    case .no:
      denied = audit
      if let applied, applied.ret < audit.call { vanished = vanished ?? audit }
    default: unreadable = unreadable ?? audit
    }
  }
}

extension Op {
  /// Takes in another attempt at the same operation: together they begin with the first and are acknowledged with the
  /// first that was.
  fileprivate mutating func join(_ other: Op) {
    func rank(_ op: Op) -> Int {
      switch (op.outcome, op.level) {
      case (.ok, .queued): 2
      case (.ok, _): 3
      case (.unknown, _): 1
      case (.failed, _): 0
      }
    }
    let isBetter = rank(other) > rank(self) || (rank(other) == rank(self) && other.ret < ret)
    let version = hasVersion ? version : other.version
    guard isBetter else {
      self.version = version
      return
    }
    let (call, callTime) = (call, callTime)
    self = other
    (self.call, self.callTime, self.version) = (call, callTime, version)
  }
}
