import History

/// The always-decided checks of one key of a register: linear time but for sorting, no search.
///
/// They use one relation that is always valid: write a certainly precedes write b if a was acknowledged before b was
/// invoked. Writes of unknown outcome may take effect at any time after their invocation, so no conclusion is drawn
/// from their order. If a value was written more than once, only facts that hold for all its writers are used.
struct KeyAudit {
  /// Facts about all writers of one value together.
  struct Writers {
    /// The invocation of the earliest, and the position in `ops`.
    var firstCall: Int32
    var first: Int
    /// The moment before which none of them had taken effect: the record may say that it is later than the invocation.
    var firstEffect: Int32
    /// The last acknowledgement; `Op.never` as soon as one of them may take effect later.
    var lastReturn: Int32
    var count: Int
  }

  let history: PreparedHistory
  let name: String?
  /// The key's operations, with what the store's record adds to them.
  let ops: [Op]
  let trail: AuditTrail
  let options: CheckOptions
  private(set) var writers: WriterTable
  /// Writes answered as not done, by value.
  var refused: [Token: Int] = [:]
  var tallies = AuditTallies()

  init(_ history: PreparedHistory, group: Int, trail: AuditTrail, options: CheckOptions) {
    self.history = history
    self.trail = trail
    self.options = options
    name = history.name(ofGroup: group)
    ops = trail.settled(history.ops(inGroup: group))
    // Absence before the first write: as if deleted before the history began.
    writers = WriterTable(capacity: ops.count / 2)
    writers.add(Writers(firstCall: -1, first: -1, firstEffect: -1, lastReturn: -1, count: 1), of: .null)
    for (position, op) in ops.enumerated() {
      guard let value = written(op) else { continue }
      if op.outcome == .failed {
        refused[value] = position
        continue
      }
      let end = op.outcome == .ok ? op.ret : Op.never
      let writer = Writers(
        firstCall: op.call, first: position, firstEffect: max(op.call, trail.effectBegin(op)), lastReturn: end,
        count: 1)
      writers.add(writer, of: value)
    }
  }

  /// What the operation leaves behind if it takes effect; `nil` for one that changes nothing.
  func written(_ op: Op) -> Token? {
    switch op.action {
    case .write, .delete: return op.written
    case .cas:
      guard let pair = history.symbols.list(op.input), pair.count == 2 else { return nil }
      return pair[1]
    default: return nil
    }
  }

  /// Whether it is a write that the checks of writes are about.
  func isWrite(_ op: Op) -> Bool { written(op) != nil }

  /// The name of a write in a message.
  func verb(_ op: Op) -> String {
    switch op.action {
    case .delete: "delete"
    case .cas: "swap to \(text(written(op) ?? .null))"
    default: "write of \(text(op.input))"
    }
  }

  mutating func run() -> AuditTallies {
    checkRecord()
    checkLostWrites()
    checkReads()
    checkReadOrder()
    checkVersions()
    checkSessions()
    checkConvergence()
    checkEffects()
    return tallies
  }

  /// Counts a violation, and keeps it with its operations while there is room for findings.
  mutating func violate(_ path: WritableKeyPath<AuditTallies, Tally>, _ message: String, _ involved: Op?...) {
    violate(path, message, involved)
  }

  mutating func violate(_ path: WritableKeyPath<AuditTallies, Tally>, _ message: String, _ involved: [Op?]) {
    tallies[keyPath: path].violations += 1
    guard !tallies[keyPath: path].isFull else { return }
    var operations: [Op] = []
    for op in involved {
      if let op, !operations.contains(where: { $0.call == op.call }) { operations.append(op) }
    }
    let finding = Finding(
      check: tallies[keyPath: path].check, key: name, message: message,
      operations: operations.sorted { $0.call < $1.call }.map(history.operation))
    tallies[keyPath: path].findings.append(finding)
  }

  func text(_ token: Token) -> String { history.text(token) }

  /// The writer of a value when there is exactly one.
  func onlyWriter(_ value: Token) -> Op? {
    guard let known = writers[value], known.count == 1, known.first >= 0 else { return nil }
    return ops[known.first]
  }
}
