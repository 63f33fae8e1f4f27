import History

/// Converts a key's operations into the input of the register engines.
///
/// What is left out: everything that certainly failed (but see `failedCas`), reads that got no answer, and cached
/// reads, which real time does not bind. A queued write is kept like one of unknown outcome: its effect may come at any
/// time after its invocation. That is weaker than the queue's promise; the order check verifies its order.
struct RegisterProjection {
  private(set) var ops: [RegisterOp] = []
  /// The first operation that the model does not know.
  private(set) var unsuitable: Op?

  /// - Parameter reading: what answers say besides; `nil`: nothing.
  init(
    _ source: [Op], model: Model, failedCas: CheckOptions.FailedCas, reading: AnswerReading? = nil,
    symbols: borrowing Symbols
  ) {
    ops.reserveCapacity(source.count)
    var isOutOfOrder = false
    for (position, op) in source.enumerated() {
      guard op.level.isStrong || op.action != .read else { continue }
      guard let projected = Self.project(op, failedCas: failedCas, reading: reading, symbols: symbols) else {
        if op.action == .audit || op.outcome == .failed { continue }
        if op.action == .read || (op.action == .contains && op.outcome != .ok) { continue }
        unsuitable = unsuitable ?? op
        continue
      }
      var registerOp = projected
      registerOp.source = Int32(position)
      if op.action == .contains, !op.level.isStrong {
        // A cache may show what was there at any earlier moment.
        registerOp.call = -1
        isOutOfOrder = true
      }
      ops.append(registerOp)
    }
    if isOutOfOrder { ops.sort { $0.call < $1.call } }
  }

  private static func project(
    _ op: Op, failedCas: CheckOptions.FailedCas, reading: AnswerReading?, symbols: borrowing Symbols
  ) -> RegisterOp? {
    let certain = op.outcome == .ok && op.level != .queued
    let end = certain ? op.ret : Op.never
    func make(_ kind: RegisterOp.Kind, _ value: Token, expecting expected: Token = .null) -> RegisterOp? {
      guard op.outcome != .failed else { return nil }
      return RegisterOp(
        kind: kind, isCertain: certain, call: op.call, ret: end, value: value, expected: expected, source: 0)
    }
    switch op.action {
    case .read: return op.outcome == .ok ? make(.read, op.output) : nil
    case .write, .delete:
      // What says what was there before saw it.
      if certain, case .before(let previous)? = reading?(op) { return make(.cas, op.written, expecting: previous) }
      return make(.write, op.written)
    case .cas:
      guard let pair = symbols.list(op.input), pair.count == 2 else { return nil }
      if case .before(let seen)? = reading?.seen(op) {
        return RegisterOp(kind: .read, isCertain: true, call: op.call, ret: op.ret, value: seen, source: 0)
      }
      if op.outcome == .failed, failedCas == .sawAnother {
        return RegisterOp(
          kind: .mismatch, isCertain: true, call: op.call, ret: op.ret, value: .null, expected: pair[0], source: 0)
      }
      return make(.cas, pair[1], expecting: pair[0])
    case .acquire: return make(.cas, .yes, expecting: .null)
    case .release: return make(.cas, .null, expecting: .yes)
    case .add: return make(.write, .yes)
    case .remove: return make(.write, .null)
    case .contains:
      guard op.outcome == .ok, op.output == .yes || op.output == .no else { return nil }
      return make(.read, op.output == .yes ? .yes : .null)
    default: return nil
    }
  }
}
