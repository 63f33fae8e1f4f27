import History

/// A register's operations in the form that the search runs over: values numbered densely, invocations and completions
/// in one sequence, operations without an end gathered in classes of equal effect.
struct RegisterHistory {
  let ops: [RegisterOp]
  /// The number of what the operation leaves (or sees, for a read), and of what it expects.
  private(set) var values: [Int32] = []
  private(set) var expected: [Int32] = []
  /// Value 0 is the initial absence.
  private(set) var valueCount = 1
  /// In time order.
  private(set) var steps: [EventSequence.Step] = []
  /// The place of a certain operation among those open at once; it is free again after the completion.
  private(set) var slots: [Int32] = []
  private(set) var slotCount = 0
  /// The class of an uncertain operation; -1 for a certain one.
  private(set) var classes: [Int32] = []
  /// By class: one of its operations.
  private(set) var classLeaders: [Int32] = []
  private(set) var hasCas = false
  private(set) var hasMismatch = false
  /// By value: certain operations that must see it and are not invoked yet; and all that may leave it.
  private(set) var futureObservers: [Int32] = []
  private(set) var futureWriters: [Int32] = []

  init(_ source: [RegisterOp]) {
    var numbers = Numbering(capacity: source.count)
    func number(_ token: Token) -> Int32 { Int32(numbers.number(of: token.bits)) }
    let absence = number(.null)
    var isAbsenceSeen = false
    hasMismatch = source.contains { $0.kind == .mismatch }
    // Values that something sees: only for those can an operation of unknown outcome ever be needed.
    for op in source where op.kind == .read || op.kind == .cas {
      let seen = number(op.kind == .read ? op.value : op.expected)
      if seen == absence { isAbsenceSeen = true }
    }
    ops = source.filter { [hasMismatch] op in
      if op.isCertain || hasMismatch { return true }
      return op.value.isNull ? isAbsenceSeen : numbers.known(op.value.bits) != nil
    }
    for op in ops {
      values.append(op.kind == .mismatch ? number(op.expected) : number(op.value))
      expected.append(op.kind == .cas ? number(op.expected) : -1)
    }
    hasCas = ops.contains { $0.kind == .cas }
    valueCount = numbers.count
    futureObservers = Array(repeating: 0, count: valueCount)
    futureWriters = Array(repeating: 0, count: valueCount)
    for (index, op) in ops.enumerated() { count(op, index, by: 1) }
    classify()
    sequence()
  }

  private mutating func count(_ op: RegisterOp, _ index: Int, by step: Int32) {
    switch op.kind {
    case .read: futureObservers[Int(values[index])] += step
    case .write: futureWriters[Int(values[index])] += step
    case .cas:
      futureWriters[Int(values[index])] += step
      if op.isCertain { futureObservers[Int(expected[index])] += step }
    case .mismatch: break
    }
  }

  private mutating func classify() {
    var numbers = Numbering(capacity: 16)
    for (index, op) in ops.enumerated() {
      guard !op.isCertain else {
        classes.append(-1)
        continue
      }
      let effect = UInt64(UInt32(bitPattern: values[index])) << 32 | UInt64(UInt32(bitPattern: expected[index]))
      let number = numbers.number(of: effect)
      if number == classLeaders.count { classLeaders.append(Int32(index)) }
      classes.append(Int32(number))
    }
  }

  private mutating func sequence() {
    let sequence = EventSequence(
      ops.map { EventSequence.Interval(call: $0.call, ret: $0.ret, isCertain: $0.isCertain) })
    steps = sequence.steps
    slots = sequence.slots
    slotCount = sequence.slotCount
  }
}
