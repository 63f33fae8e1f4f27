import History

/// The store's own record of operation ids, gathered from the history's audits.
///
/// An audit reads only the record, so its answer was true at some moment between its invocation and its completion. A
/// write that it found was applied by then; a write that it did not find was not applied yet.
struct AuditTrail: Sendable {
  /// The record's answers about one id.
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

  /// The attempts at one write.
  private struct Attempts {
    /// The one that was acknowledged as committed first.
    var committed: Op?
    /// One that was answered with a version, and one that was answered with another.
    var versioned: Op?
    var otherVersion: Op?

    init(_ op: Op) { note(op) }

    mutating func note(_ op: Op) {
      guard op.outcome == .ok else { return }
      if op.level != .queued, committed.map({ op.ret < $0.ret }) ?? true { committed = op }
      guard op.hasVersion else { return }
      if let versioned, versioned.version != op.version { otherVersion = otherVersion ?? op }
      versioned = versioned ?? op
    }
  }

  private var answers: [Int32: Answers] = [:]
  /// By id: the combined result of several attempts at one write.
  private var retried: [Int32: Attempts] = [:]
  /// For each id that different writes share: the write that owns the id, because it is the only one that was not
  /// refused, or the first that was acknowledged as committed. The others have no effect.
  private var owners: [Int32: Op] = [:]
  /// Ids that different writes share with an unknown owner: the record of such an id confirms only one of the writes.
  private var ambiguous: Set<Int32> = []
  /// Different writes of one id that were acknowledged as committed, both.
  private(set) var committedTwice: [(Op, Op)] = []
  /// A queued write that was acknowledged before another one with its id was sent, and that other write, which was
  /// committed.
  private(set) var overtaken: [(Op, Op)] = []
  /// Whether settling may change an operation at all.
  private let settlesAnything: Bool

  init(_ history: PreparedHistory) {
    // By id: the position of the first attempt.
    var firsts: [Int32: Int32] = [:]
    var shared: Set<Int32> = []
    for (position, op) in history.ops.enumerated() where op.operation >= 0 {
      if op.action == .audit {
        if op.outcome == .ok { answers[op.operation, default: Answers()].add(op) }
      } else if op.isEffect {
        guard let known = firsts[op.operation] else {
          firsts[op.operation] = Int32(position)
          continue
        }
        let first = history.ops[Int(known)]
        if first.isSameWrite(as: op) {
          retried[op.operation, default: Attempts(first)].note(op)
        } else {
          shared.insert(op.operation)
        }
      }
    }
    settlesAnything = !answers.isEmpty || !retried.isEmpty || !shared.isEmpty || history.actions.contains(.cas)
    if !shared.isEmpty { share(shared, history.ops) }
  }

  /// Finds the owner of an id that several writes share.
  private mutating func share(_ ids: Set<Int32>, _ ops: [Op]) {
    var committed: [Int32: Op] = [:]
    var refused: [Int32: [Op]] = [:]
    for op in ops where op.isEffect && ids.contains(op.operation) {
      // A conditional write that was refused for its condition has its id, too.
      if op.outcome == .failed {
        if op.action == .cas { refused[op.operation, default: []].append(op) }
        continue
      }
      if let owner = owners[op.operation] {
        if !owner.isSameWrite(as: op) { ambiguous.insert(op.operation) }
      } else {
        owners[op.operation] = op
      }
      guard op.outcome == .ok, op.level != .queued else { continue }
      if let first = committed[op.operation] {
        if !first.isSameWrite(as: op) { committedTwice.append((first, op)) }
      } else {
        committed[op.operation] = op
      }
    }
    for id in ids { retried[id] = nil }
    for (id, swaps) in refused {
      if let owner = owners[id], swaps.contains(where: { !$0.isSameWrite(as: owner) }) { ambiguous.insert(id) }
    }
    for id in ambiguous { owners[id] = committed[id] }
    ambiguous.subtract(committed.keys)
    var firsts: [Int32: Op] = [:]
    var sent: [Int32: Op] = [:]
    for op in ops where op.isEffect && owners[op.operation]?.isSameWrite(as: op) ?? false {
      if let first = firsts[op.operation] {
        retried[op.operation, default: Attempts(first)].note(op)
      } else {
        firsts[op.operation] = op
      }
      if op.outcome != .failed, sent[op.operation] == nil { sent[op.operation] = op }
    }
    for op in ops where isStranger(op) && op.isEffect && op.outcome == .ok && op.level == .queued {
      // Writes to two keys are in two queues.
      if let owner = sent[op.operation], owner.key == op.key, op.ret < owner.call { overtaken.append((op, owner)) }
    }
  }

  /// Whether its id belongs to another write, so that it has no effect.
  func isStranger(_ op: Op) -> Bool { owners[op.operation].map { !$0.isSameWrite(as: op) } ?? false }

  var isEmpty: Bool { answers.isEmpty && retried.isEmpty && ambiguous.isEmpty && owners.isEmpty }

  /// Answers of two attempts at one write that give it two versions.
  func twoVersions(_ op: Op) -> (Op, Op)? {
    guard op.operation >= 0, !isStranger(op), let attempts = retried[op.operation] else { return nil }
    guard let one = attempts.versioned, let other = attempts.otherVersion else { return nil }
    return (one, other)
  }

  /// `nil`: the record was not asked, did not answer, or cannot know which write is meant.
  ///
  /// Inlined, since answers are large, and most operations have no id to be asked for.
  @inline(__always)
  func answers(_ op: Op) -> Answers? { op.operation < 0 ? nil : recorded(op) }

  private func recorded(_ op: Op) -> Answers? {
    ambiguous.contains(op.operation) || isStranger(op) ? nil : answers[op.operation]
  }

  /// Whether this write shares its id with a different one, and the owner is unknown.
  func isAmbiguous(_ op: Op) -> Bool { op.operation >= 0 && ambiguous.contains(op.operation) }

  /// The moment by which the write certainly was applied, as a position in the history; `Op.never`: there is none.
  ///
  /// - Parameter op: as `settled` leaves it.
  func effectEnd(_ op: Op) -> Int32 {
    guard op.operation >= 0 else { return op.outcome == .ok && op.level != .queued ? op.ret : Op.never }
    let found = min(answers(op)?.applied?.ret ?? Op.never, committed(op)?.ret ?? Op.never)
    return op.outcome == .ok && op.level != .queued ? min(op.ret, found) : found
  }

  /// Of several attempts the one that was acknowledged as committed first.
  private func committed(_ op: Op) -> Op? {
    op.operation < 0 || isStranger(op) ? nil : retried[op.operation]?.committed
  }

  /// Whether only the record shows that this write took effect.
  ///
  /// - Parameter op: as `settled` leaves it.
  func isSettled(_ op: Op) -> Bool {
    op.operation >= 0 && op.outcome == .ok && answers(op)?.applied.map { $0.ret == op.ret } ?? false
  }

  /// The time of `effectEnd`.
  func effectEndTime(_ op: Op) -> Int64 {
    let end = effectEnd(op)
    if let found = answers(op)?.applied, found.ret == end { return found.returnTime }
    if let committed = committed(op), committed.ret == end { return committed.returnTime }
    return op.returnTime
  }

  /// The operations, extended by the record:
  ///
  /// - A write of unknown outcome that the record has counts as acknowledged when the audit ended.
  /// - What the record knows the version of has that version.
  /// - Several attempts at one write, with one id, are one write.
  /// - A conditional write that is only queued, in every attempt, promises nothing: its condition may turn out not to
  ///   hold.
  /// - Nor does a queued write whose id stands for another write too: it has no effect where the other one came first.
  ///   Where the other one was committed, it is as good as refused.
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
      guard retried[op.operation] != nil, !isStranger(op) else {
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
    // A refused attempt says nothing about when its operation began.
    if !places.isEmpty { result.sort { $0.call < $1.call } }
    for position in result.indices where result[position].isEffect { settle(&result[position]) }
    return result
  }

  private func settle(_ op: inout Op) {
    let answers = answers(op)
    if op.action == .cas, op.level == .queued, op.outcome == .ok, answers?.applied == nil, committed(op) == nil {
      (op.outcome, op.ret, op.returnTime) = (.unknown, Op.never, Int64.max)
    }
    if op.level == .queued, op.outcome == .ok, isAmbiguous(op) {
      (op.outcome, op.ret, op.returnTime) = (.unknown, Op.never, Int64.max)
    }
    if isStranger(op), op.outcome == .unknown || op.level == .queued { op.outcome = .failed }
    guard let answers else { return }
    if !op.hasVersion, op.outcome != .failed, let version = answers.version { op.version = version }
    if op.outcome == .unknown, let applied = answers.applied, applied.ret > op.call {
      (op.outcome, op.ret, op.returnTime) = (.ok, applied.ret, applied.returnTime)
    }
  }

  /// Settled operations for the linearizability of a key: a write that is known to be applied is certain, regardless of
  /// its level.
  func effects(_ ops: [Op]) -> [Op] {
    guard settlesAnything else { return ops }
    var ops = settled(ops)
    for position in ops.indices where ops[position].isEffect && ops[position].outcome == .ok {
      let end = effectEnd(ops[position])
      // If the record had the write before it was sent, that is a separate violation, and leaves no time in which the
      // write can have happened.
      guard end != Op.never, end > ops[position].call else { continue }
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
  /// Whether both ask for the same: attempts at one write, if they have one id.
  fileprivate func isSameWrite(as other: Op) -> Bool {
    key == other.key && action == other.action && input == other.input
  }

  /// Merges another attempt at the same operation. Together they begin with the first one that was not refused, and are
  /// acknowledged with the first acknowledgement. No client saw them as one operation, so they belong to no client's
  /// session.
  fileprivate mutating func join(_ other: Op) {
    guard other.outcome != .failed else { return }
    let begin = outcome == .failed ? other : self
    let isFirst = outcome == .ok && (other.outcome != .ok || ret < other.ret)
    let version = hasVersion ? version : other.version
    if !isFirst { self = other }
    (call, callTime, self.version) = (begin.call, begin.callTime, version)
    process = -2 - begin.call
  }
}
