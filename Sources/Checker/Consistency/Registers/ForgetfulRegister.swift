import History

/// A register's operations, some of them known and the rest forgotten: what the search for a core asks about.
struct ForgetfulRegister {
  private let ops: [RegisterOp]
  /// By operation: the number of the value that it leaves or sees.
  private var values: [Int] = []
  /// By operation: the number of its effect; -1 for one that changes nothing.
  private var effects: [Int] = []
  private var valueCount = 0
  private var effectCount = 0
  private let hasCas: Bool

  init(_ ops: [RegisterOp]) {
    self.ops = ops
    hasCas = ops.contains { $0.kind == .cas }
    var numbers = Numbering(capacity: ops.count)
    var effectNumbers = Numbering(capacity: ops.count)
    for op in ops {
      let value = numbers.number(of: op.value.bits)
      values.append(value)
      let expected = op.kind == .cas ? numbers.number(of: op.expected.bits) + 1 : 0
      let changes = op.kind == .write || op.kind == .cas
      effects.append(changes ? effectNumbers.number(of: UInt64(value) << 32 | UInt64(expected)) : -1)
    }
    (valueCount, effectCount) = (numbers.count, effectNumbers.count)
  }

  /// The kept operations, and what is left of the others: writes that may have happened at any time or never.
  ///
  /// - Parameter kept: positions in ascending order.
  func keeping(_ kept: [Int]) -> [RegisterOp] {
    var isKept = [Bool](repeating: false, count: ops.count)
    var isSeen = [Bool](repeating: false, count: valueCount)
    // With compare-and-sets about, any value may be a step on the way.
    var needsAny = hasCas
    for index in kept {
      isKept[index] = true
      if ops[index].kind == .read { isSeen[values[index]] = true }
      if ops[index].kind == .mismatch { needsAny = true }
    }
    var forgotten: [(op: RegisterOp, value: Int)] = []
    var places = [Int](repeating: -1, count: effectCount)
    // Values that a write is free to leave as often as wanted.
    var isFree = [Bool](repeating: false, count: valueCount)
    for (index, op) in ops.enumerated() where !isKept[index] && effects[index] >= 0 {
      guard needsAny || isSeen[values[index]] else { continue }
      let place = places[effects[index]]
      if place >= 0 {
        // How many there were says little, and to count them costs the search dearly.
        forgotten[place].op.isRepeatable = true
        if op.kind == .write { isFree[values[index]] = true }
        continue
      }
      places[effects[index]] = forgotten.count
      var free = op
      (free.isCertain, free.call, free.ret) = (false, -1, Op.never)
      forgotten.append((free, values[index]))
    }
    // What a write that is free to repeat can do, a compare-and-set need not.
    return forgotten.filter { $0.op.kind != .cas || !isFree[$0.value] }.map(\.op) + kept.map { ops[$0] }
  }
}
