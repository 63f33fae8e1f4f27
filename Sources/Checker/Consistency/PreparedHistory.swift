import History

/// A paired history with its operations grouped by key: what the checks read.
struct PreparedHistory: Sendable {
  let symbols: Symbols
  /// In the order of their invocations.
  let ops: [Op]
  let nemesis: [CompactEvent]
  let eventCount: Int
  let failedCount: Int
  let unknownCount: Int
  let actions: Set<Action>
  /// What the object begins with, where that is not absence.
  let initial: Token?
  /// The operations as the model has them, where its values do not mean what they say.
  private let viewed: [Op]?
  private let view: ValueView?
  /// The positions of the operations of key k are `positions[starts[k]..<starts[k + 1]]`; the last group is for
  /// operations without a key.
  private let starts: [Int32]
  private let positions: [Int32]

  /// - Parameters:
  ///   - model: what the values are read for.
  ///   - initial: what the object begins with; `nil`: absence.
  init(
    _ assembler: Assembler, symbols: Symbols, model: Model? = nil, initial: Value? = nil
  ) throws(ConsistencyError) {
    var symbols = symbols
    ops = assembler.ops
    self.initial = initial.map { symbols.token($0) }
    view = ValueView(model: model, initial: self.initial)
    if let view { viewed = try view.apply(to: ops, symbols: &symbols) } else { viewed = nil }
    self.symbols = symbols
    nemesis = assembler.nemesis
    eventCount = assembler.eventCount
    failedCount = assembler.failedCount
    unknownCount = ops.count - assembler.okCount - assembler.failedCount
    actions = assembler.actionSet
    let groups = symbols.keyCount + 1
    var starts = [Int32](repeating: 0, count: groups + 1)
    func group(_ op: Op) -> Int { op.key < 0 ? groups - 1 : Int(op.key) }
    for op in ops { starts[group(op) + 1] += 1 }
    for index in 0..<groups { starts[index + 1] += starts[index] }
    var next = starts
    var positions = [Int32](repeating: 0, count: ops.count)
    for (position, op) in ops.enumerated() {
      let group = group(op)
      positions[Int(next[group])] = Int32(position)
      next[group] += 1
    }
    self.starts = starts
    self.positions = positions
  }

  init(_ events: [Event]) throws(ConsistencyError) {
    var symbols = Symbols()
    let assembler = try Assembler(events, symbols: &symbols)
    try self.init(assembler, symbols: symbols)
  }

  /// Groups, the one without a key included.
  var groupCount: Int { starts.count - 1 }

  func count(inGroup group: Int) -> Int { Int(starts[group + 1] - starts[group]) }

  func ops(inGroup group: Int) -> [Op] {
    let ops = viewed ?? ops
    return positions[Int(starts[group])..<Int(starts[group + 1])].map { ops[Int($0)] }
  }

  func name(ofGroup group: Int) -> String? { group == groupCount - 1 ? nil : symbols.key(Int32(group)) }

  /// An operation as the history has it, without what a check has added to it.
  func recorded(_ op: Op) -> Op {
    let position = ops.firstPosition { $0.call >= op.call }
    return position < ops.count && ops[position].call == op.call ? ops[position] : op
  }

  /// The operation as findings name it: what its client saw.
  func operation(_ op: Op) -> Operation {
    let op = recorded(op)
    return Operation(
      index: Int(op.call), completionIndex: op.ret == Op.never ? nil : Int(op.ret), callNanoseconds: op.callTime,
      returnNanoseconds: op.returnTime == Int64.max ? nil : op.returnTime, process: Int(op.process),
      function: symbols.function(op.function), key: symbols.key(op.key),
      input: op.input.isNull ? nil : recordedText(op.input),
      output: Self.hasAnswer(op) ? recordedText(op.output) : nil,
      outcome: op.outcome == .ok ? .ok : op.outcome == .failed ? .failed : .unknown,
      version: op.hasVersion ? op.version : nil, operation: symbols.text(op.operation), error: symbols.text(op.error),
      level: op.level.name)
  }

  /// Whether the completion says something: what was read, even if it was nothing.
  private static func hasAnswer(_ op: Op) -> Bool {
    // What a refused swap saw.
    if op.action == .cas, op.outcome == .failed { return !op.output.isNull && op.output != op.input }
    guard op.outcome == .ok else { return false }
    switch op.action {
    case .write, .delete: return !op.output.isNull && op.output != op.input
    case .read, .dequeue, .drain, .contains, .audit, .other: return true
    case .cas, .append, .enqueue, .add, .remove, .acquire, .release: return !op.output.isNull
    }
  }

  /// A value as findings name it.
  func text(_ token: Token) -> String { recordedText(view?.shown(token) ?? token) }

  private func recordedText(_ token: Token) -> String { symbols.value(token).description }
}
