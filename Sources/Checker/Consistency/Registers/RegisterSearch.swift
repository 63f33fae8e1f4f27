import History

/// Decides registers whose values are ambiguous, and registers with compare-and-set, by a search over the frontier.
///
/// These rules limit the number of configurations:
///
/// - A read happens as soon as the state allows it: it can only help.
/// - A write that is open while another one happens may have happened right before it, unseen. So when a write happens,
///   all others that are open lose their obligation, and only keep the possibility to happen later.
/// - Of open operations of equal effect the one that ends first is used first. Those without an end are only counted.
/// - A state that some later read needs to see again, and nothing can write again, is not left.
/// - A configuration that another one dominates is dropped.
struct RegisterSearch: ~Copyable, JustInTimeSearch {
  let history: RegisterHistory
  let budget: Budget
  let words: Int
  var current: ConfigurationSet
  var next: ConfigurationSet
  var work: ConfigurationSet
  let row: UnsafeMutableBufferPointer<UInt64>
  let result: UnsafeMutableBufferPointer<UInt64>
  /// By slot: the open operation there.
  var open: [Int]
  /// Which slots hold open writes, reads, compare-and-sets; and writes that nothing will ever need to see.
  var writes: [UInt64]
  var useless: [UInt64]
  /// By class: operations invoked so far.
  var invoked: [UInt64]
  var futureObservers: [Int32]
  var futureWriters: [Int32]
  /// By value: open certain operations that must see it.
  var openObservers: [Int32]
  /// Refused compare-and-sets that have not returned: any value may serve them.
  var mismatchesLeft: Int
  /// During an expansion, by value: the open operation that leaves it and ends first; else its class, as -2 - class.
  var best: [Int]
  var bestValues: [Int] = []
  /// During an expansion: the values worth passing through, and whether any change of state is.
  var isNeeded: [Bool]
  var neededValues: [Int] = []
  var needsChange = false
  var effort = SearchEffort()

  static let none = -1

  init(_ ops: [RegisterOp], budget: Budget) {
    history = RegisterHistory(ops)
    self.budget = budget
    words = max(1, (history.slotCount + 63) / 64)
    current = ConfigurationSet(words: words, classes: history.classLeaders.count)
    next = ConfigurationSet(words: words, classes: history.classLeaders.count)
    work = ConfigurationSet(words: words, classes: history.classLeaders.count)
    row = .allocate(capacity: current.stride)
    result = .allocate(capacity: current.stride)
    open = Array(repeating: 0, count: words * 64)
    writes = Array(repeating: 0, count: words)
    useless = Array(repeating: 0, count: words)
    invoked = Array(repeating: 0, count: history.classLeaders.count)
    futureObservers = history.futureObservers
    futureWriters = history.futureWriters
    openObservers = Array(repeating: 0, count: history.valueCount)
    isNeeded = Array(repeating: false, count: history.valueCount)
    best = Array(repeating: Self.none, count: history.valueCount)
    mismatchesLeft = history.ops.count { $0.kind == .mismatch }
    row.initialize(repeating: 0)
    result.initialize(repeating: 0)
    current.insert(UnsafeBufferPointer(row))
  }

  deinit {
    row.deallocate()
    result.deallocate()
  }

  var steps: [EventSequence.Step] { history.steps }
  var isDecided: Bool { false }

  func source(of operation: Int) -> Int { Int(history.ops[operation].source) }

  // MARK: Invocations

  mutating func call(_ index: Int) {
    let op = history.ops[index]
    let value = Int(history.values[index])
    switch op.kind {
    case .read: futureObservers[value] -= 1
    case .write: futureWriters[value] -= 1
    case .cas:
      futureWriters[value] -= 1
      if op.isCertain { futureObservers[Int(history.expected[index])] -= 1 }
    case .mismatch: break
    }
    guard op.isCertain else {
      invoked[Int(history.classes[index])] += 1
      return
    }
    let slot = Int(history.slots[index])
    let (word, bit) = (slot / 64, UInt64(1) << UInt64(slot % 64))
    let words = words
    open[slot] = index
    switch op.kind {
    case .read:
      openObservers[value] += 1
      current.update { if $0[0] != value { $0[1 + word] |= bit } }
    case .mismatch: current.update { if $0[0] == value { $0[1 + word] |= bit } }
    case .write, .cas:
      if op.kind == .write {
        writes[word] |= bit
        if !isObserved(value) { useless[word] |= bit }
      } else {
        openObservers[Int(history.expected[index])] += 1
      }
      current.update {
        $0[1 + word] |= bit
        $0[1 + words + word] |= bit
      }
    }
  }

  /// Whether anything that has not returned yet may need the value.
  func isObserved(_ value: Int) -> Bool {
    futureObservers[value] + openObservers[value] > 0 || mismatchesLeft > 0 || history.hasCas
  }

  // MARK: Completions

  mutating func complete(_ index: Int) -> Budget.Exhausted? {
    let op = history.ops[index]
    let value = Int(history.values[index])
    let slot = Int(history.slots[index])
    let (word, bit) = (slot / 64, UInt64(1) << UInt64(slot % 64))
    let isVisible = op.kind == .write && isObserved(value)
    if let exhausted = reach(index, word: word, bit: bit, isVisible: isVisible) { return exhausted }
    forget(index, word: word, bit: bit)
    return nil
  }

  /// The operation is over: its slot is free, and what only it needed is not needed any more.
  private mutating func forget(_ index: Int, word: Int, bit: UInt64) {
    let op = history.ops[index]
    let words = words
    retire(word: word, bit: bit)
    writes[word] &= ~bit
    useless[word] &= ~bit
    let observed: Int
    switch op.kind {
    case .read: observed = Int(history.values[index])
    case .cas: observed = Int(history.expected[index])
    case .mismatch:
      mismatchesLeft -= 1
      return
    case .write: return
    }
    openObservers[observed] -= 1
    guard !isObserved(observed) else { return }
    for word in 0..<words {
      var bits = writes[word]
      while bits != 0 {
        let slot = word * 64 + bits.trailingZeroBitCount
        if Int(history.values[open[slot]]) == observed { useless[word] |= bits & ~(bits - 1) }
        bits &= bits - 1
      }
    }
    for (number, leader) in history.classLeaders.enumerated() where history.values[Int(leader)] == observed {
      // No read needs what might still come from this class.
      invoked[number] = 0
      current.update { $0[1 + 2 * words + number] = 0 }
    }
  }

  // MARK: Steps

  mutating func takeSteps(towards target: Int, word: Int, bit: UInt64) {
    let state = Int(row[0])
    let canLeave = mayLeave(state)
    let goal = history.ops[target]
    let goalValue = Int(history.values[target])
    markNeeded(goal: goal, target: target)
    collectBest(.write)
    for value in bestValues where value == state || canLeave {
      let reaches: Bool
      switch goal.kind {
      case .read: reaches = value == goalValue
      case .write: reaches = best[value] == target
      case .mismatch: reaches = value != goalValue
      case .cas: reaches = false
      }
      // Writing the value that is there already changes nothing, but it can hide other writes before a compare-and-set.
      let changes = value != state || (history.hasCas && hasPendingWrites())
      guard reaches || (changes && (isNeeded[value] || needsChange)) else { continue }
      write(value, canLeave: canLeave)
      file(reaches: reaches, word: word, bit: bit)
    }
    forgetBest()
    guard history.hasCas else { return }
    collectBest(.cas, expecting: Int32(state))
    for value in bestValues where value == state || canLeave {
      let operation = best[value]
      let reaches: Bool
      switch goal.kind {
      case .read: reaches = value == goalValue
      case .write: reaches = false
      case .mismatch: reaches = value != goalValue
      case .cas: reaches = operation == target
      }
      // One that need not happen has to lead somewhere.
      guard reaches || operation >= 0 || isNeeded[value] || needsChange else { continue }
      exchange(value, operation)
      file(reaches: reaches, word: word, bit: bit)
    }
    forgetBest()
  }
}
