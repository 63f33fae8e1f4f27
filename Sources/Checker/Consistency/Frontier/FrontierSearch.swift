import History

/// A just-in-time search for any sequential object.
///
/// Reads happen as soon as they can, operations that a blind write overwrites need not be seen, and of operations of
/// equal effect the one that ends first is used first.
struct FrontierSearch<Model: FrontierModel>: ~Copyable, JustInTimeSearch {
  private var model: Model
  let budget: Budget
  let steps: [EventSequence.Step]
  let words: Int
  var current: ConfigurationSet
  var next: ConfigurationSet
  var work: ConfigurationSet
  let row: UnsafeMutableBufferPointer<UInt64>
  let result: UnsafeMutableBufferPointer<UInt64>
  var effort = SearchEffort()
  private let slots: [Int32]
  private var open: [Int]
  /// Which slots hold open operations that a blind write may hide.
  private var hideable: [UInt64]
  /// Per effect: its class among operations without an end, one of them, and how many were invoked.
  private var classOfEffect: [Int32: Int] = [:]
  private var classLeaders: [Int] = []
  private var invoked: [UInt64] = []

  init(_ model: Model, budget: Budget) {
    self.model = model
    self.budget = budget
    let operations = model.operations
    for (index, operation) in operations.enumerated() where !operation.isCertain {
      guard classOfEffect[operation.effect] == nil else { continue }
      classOfEffect[operation.effect] = classLeaders.count
      classLeaders.append(index)
    }
    invoked = Array(repeating: 0, count: classLeaders.count)
    let sequence = EventSequence(
      operations.map { EventSequence.Interval(call: $0.call, ret: $0.ret, isCertain: $0.isCertain) })
    steps = sequence.steps
    slots = sequence.slots
    words = max(1, (sequence.slotCount + 63) / 64)
    current = ConfigurationSet(words: words, classes: classLeaders.count)
    next = ConfigurationSet(words: words, classes: classLeaders.count)
    work = ConfigurationSet(words: words, classes: classLeaders.count)
    row = .allocate(capacity: current.stride)
    result = .allocate(capacity: current.stride)
    row.initialize(repeating: 0)
    result.initialize(repeating: 0)
    open = Array(repeating: 0, count: words * 64)
    hideable = Array(repeating: 0, count: words)
    current.insert(UnsafeBufferPointer(row))
  }

  deinit {
    row.deallocate()
    result.deallocate()
  }

  var isDecided: Bool { model.isDecided }

  func source(of operation: Int) -> Int { Int(model.operations[operation].source) }

  mutating func call(_ index: Int) {
    let operation = model.operations[index]
    model.didCall(index)
    guard operation.isCertain else {
      if let number = classOfEffect[operation.effect] { invoked[number] += 1 }
      return
    }
    let slot = Int(slots[index])
    let (word, bit) = (slot / 64, UInt64(1) << UInt64(slot % 64))
    open[slot] = index
    if operation.isTotal && !operation.isReadOnly { hideable[word] |= bit }
    let words = words
    guard operation.isReadOnly else {
      current.update {
        $0[1 + word] |= bit
        $0[1 + words + word] |= bit
      }
      return
    }
    var model = model
    current.update { if model.state(after: index, in: Int($0[0])) == nil { $0[1 + word] |= bit } }
    self.model = model
  }

  mutating func complete(_ index: Int) -> Budget.Exhausted? {
    let slot = Int(slots[index])
    let (word, bit) = (slot / 64, UInt64(1) << UInt64(slot % 64))
    if let exhausted = reach(index, word: word, bit: bit, isVisible: true) { return exhausted }
    retire(word: word, bit: bit)
    if !model.operations[index].isReadOnly { hideable[word] &= ~bit }
    model.didReturn(index)
    return nil
  }

  mutating func takeSteps(towards target: Int, word: Int, bit: UInt64) {
    var best: [Int32: Int] = [:]
    for word in 0..<words {
      var bits = row[1 + words + word]
      while bits != 0 {
        let operation = open[word * 64 + bits.trailingZeroBitCount]
        bits &= bits - 1
        let effect = model.operations[operation].effect
        if let known = best[effect], model.operations[known].ret < model.operations[operation].ret { continue }
        best[effect] = operation
      }
    }
    for (number, leader) in classLeaders.enumerated() where invoked[number] > row[1 + 2 * words + number] {
      let effect = model.operations[leader].effect
      if best[effect] == nil { best[effect] = -1 - number }
    }
    for choice in best.values { take(choice, towards: target, word: word, bit: bit) }
  }

  /// Lets one operation, or one of a class (-1 - class), happen in `row`.
  private mutating func take(_ choice: Int, towards target: Int, word: Int, bit: UInt64) {
    let operation = choice >= 0 ? choice : classLeaders[-1 - choice]
    let state = Int(row[0])
    guard let after = model.state(after: operation, in: state) else { return }
    copyRow()
    if model.operations[operation].isBlind {
      for word in 0..<words { result[1 + word] &= ~hideable[word] }
    }
    if choice >= 0 {
      use(slot: Int(slots[choice]))
    } else {
      result[1 + 2 * words + (-1 - choice)] += 1
    }
    result[0] = UInt64(after)
    guard !model.isHopeless(after, hasPendingReads: settle(in: after)) else { return }
    let reaches = choice == target || (model.operations[target].isReadOnly && result[1 + word] & bit == 0)
    file(reaches: reaches, word: word, bit: bit, leadsOn: !model.isOpaque(after))
  }

  /// Lets every open read happen that can. - Returns: whether some read cannot yet.
  private mutating func settle(in state: Int) -> Bool {
    var hasPendingReads = false
    for word in 0..<words {
      var bits = result[1 + word] & ~hideable[word]
      while bits != 0 {
        let bit = bits & ~(bits - 1)
        let operation = open[word * 64 + bits.trailingZeroBitCount]
        bits &= bits - 1
        guard model.operations[operation].isReadOnly else { continue }
        if model.state(after: operation, in: state) != nil { result[1 + word] &= ~bit } else { hasPendingReads = true }
      }
    }
    return hasPendingReads
  }
}
