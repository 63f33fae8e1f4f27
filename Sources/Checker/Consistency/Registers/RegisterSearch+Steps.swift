import History

extension RegisterSearch {
  /// Whether the register may change away from a state: not when something still has to see it and nothing can write it
  /// again.
  func mayLeave(_ state: Int) -> Bool {
    if futureObservers[state] == 0 || futureWriters[state] > 0 { return true }
    for word in 0..<words {
      var bits = row[1 + words + word]
      while bits != 0 {
        let slot = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        if history.values[open[slot]] == state { return true }
      }
    }
    for (number, leader) in history.classLeaders.enumerated()
    where Int(history.values[Int(leader)]) == state && invoked[number] > row[1 + 2 * words + number] { return true }
    return false
  }

  /// Gathers, by the value that they leave, the available operations of a kind, of compare-and-sets those that expect a
  /// value: of each value left the operation that ends first, or else a class.
  mutating func collectBest(_ kind: RegisterOp.Kind, expecting expected: Int32 = -1) {
    for word in 0..<words {
      var bits = row[1 + words + word]
      while bits != 0 {
        let slot = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        let operation = open[slot]
        guard history.ops[operation].kind == kind, history.expected[operation] == expected else { continue }
        let value = Int(history.values[operation])
        let known = best[value]
        if known == Self.none { bestValues.append(value) }
        if known < 0 || history.ops[operation].ret < history.ops[known].ret { best[value] = operation }
      }
    }
    for (number, leader) in history.classLeaders.enumerated()
    where invoked[number] > row[1 + 2 * words + number] {
      guard history.ops[Int(leader)].kind == kind, history.expected[Int(leader)] == expected else { continue }
      let value = Int(history.values[Int(leader)])
      guard best[value] == Self.none else { continue }
      bestValues.append(value)
      best[value] = -2 - number
    }
  }

  mutating func forgetBest() {
    for value in bestValues { best[value] = Self.none }
    bestValues.removeAll(keepingCapacity: true)
  }

  /// Marks the values that are worth passing through on the way to the target: those that an open operation has to
  /// see, and those from which a compare-and-set leads to such a value. Anything else that happened on the way would be
  /// overwritten unseen, so it could as well happen later, hidden, or not at all.
  mutating func markNeeded(goal: RegisterOp, target: Int) {
    for value in neededValues { isNeeded[value] = false }
    neededValues.removeAll(keepingCapacity: true)
    needsChange = false
    func need(_ value: Int) {
      guard !isNeeded[value] else { return }
      isNeeded[value] = true
      neededValues.append(value)
    }
    if goal.kind == .read { need(Int(history.values[target])) }
    if goal.kind == .cas { need(Int(history.expected[target])) }
    for word in 0..<words {
      var bits = row[1 + word] & ~writes[word]
      while bits != 0 {
        let operation = open[word * 64 + bits.trailingZeroBitCount]
        bits &= bits - 1
        switch history.ops[operation].kind {
        case .read: need(Int(history.values[operation]))
        case .cas: need(Int(history.expected[operation]))
        case .mismatch: needsChange = true
        case .write: break
        }
      }
    }
    guard history.hasCas else { return }
    var known = -1
    while known != neededValues.count {
      known = neededValues.count
      for word in 0..<words {
        var bits = row[1 + words + word] & ~writes[word]
        while bits != 0 {
          let operation = open[word * 64 + bits.trailingZeroBitCount]
          bits &= bits - 1
          if isNeeded[Int(history.values[operation])] { need(Int(history.expected[operation])) }
        }
      }
      for (number, leader) in history.classLeaders.enumerated() where history.ops[Int(leader)].kind == .cas {
        guard isNeeded[Int(history.values[Int(leader)])], invoked[number] > row[1 + 2 * words + number] else {
          continue
        }
        need(Int(history.expected[Int(leader)]))
      }
    }
  }

  /// Whether an open write still has to happen in `row`.
  func hasPendingWrites() -> Bool {
    for word in 0..<words where row[1 + word] & writes[word] != 0 { return true }
    return false
  }

  /// A blind write happens: makes `result` from `row`.
  mutating func write(_ value: Int, canLeave: Bool) {
    copyRow()
    // Every other open write may have happened right before it, unseen.
    for word in 0..<words { result[1 + word] &= ~writes[word] }
    if canLeave, !history.hasCas, !history.hasMismatch { passThroughCompleteValues(towards: value) }
    use(best[value])
    settle(in: value)
  }

  /// A compare-and-set happens.
  mutating func exchange(_ value: Int, _ operation: Int) {
    copyRow()
    use(operation)
    settle(in: value)
  }

  /// Marks an operation, or one of a class, as happened.
  private func use(_ operation: Int) {
    guard operation >= 0 else {
      let number = -2 - operation
      if !history.ops[Int(history.classLeaders[number])].isRepeatable { result[1 + 2 * words + number] += 1 }
      return
    }
    use(slot: Int(history.slots[operation]))
  }

  /// Values whose every reader is open by now can be passed through at any change of state, at no cost: written, read
  /// by all, and gone.
  private func passThroughCompleteValues(towards target: Int) {
    for value in bestValues where value != target && futureObservers[value] == 0 && openObservers[value] > 0 {
      var isRead = false
      forEachPending { slot, operation in
        guard history.ops[operation].kind == .read, Int(history.values[operation]) == value else { return }
        result[1 + slot / 64] &= ~(1 << UInt64(slot % 64))
        isRead = true
      }
      if isRead { use(best[value]) }
    }
  }

  /// The state is `value` now: everything that only waited for it happens.
  private func settle(in value: Int) {
    result[0] = UInt64(value)
    forEachPending { slot, operation in
      let isSettled =
        switch history.ops[operation].kind {
        case .read: Int(history.values[operation]) == value
        case .mismatch: Int(history.values[operation]) != value
        case .write, .cas: false
        }
      if isSettled { result[1 + slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }
    for word in 0..<words { result[1 + words + word] &= ~(useless[word] & ~result[1 + word]) }
  }

  private func forEachPending(_ body: (_ slot: Int, _ operation: Int) -> Void) {
    for word in 0..<words {
      var bits = result[1 + word]
      while bits != 0 {
        let slot = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        body(slot, open[slot])
      }
    }
  }
}
