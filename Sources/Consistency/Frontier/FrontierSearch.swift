import History

/// A just-in-time search over the frontier of open operations, for any sequential object.
///
/// It goes through the history in time order and keeps every state that the object can be in, each with what of the open
/// operations has happened; so memory follows the number of operations open at once. Reads happen as soon as they can,
/// operations that a blind write overwrites need not be seen, and of operations of equal effect the one that ends first
/// is used first. Source: Lowe, Testing for linearizability, 2017; Wing and Gong, 1993.
struct FrontierSearch<Model: FrontierModel>: ~Copyable {
  private var model: Model
  private let budget: Budget
  private let steps: [EventSequence.Step]
  private let slots: [Int32]
  private let words: Int
  private var current: ConfigurationSet
  private var next: ConfigurationSet
  private var work: ConfigurationSet
  private let row: UnsafeMutableBufferPointer<UInt64>
  private let result: UnsafeMutableBufferPointer<UInt64>
  private var open: [Int]
  /// Which slots hold open operations that a blind write may hide.
  private var hideable: [UInt64]
  /// Per effect: its class among operations without an end, one of them, and how many were invoked.
  private var classOfEffect: [Int32: Int] = [:]
  private var classLeaders: [Int] = []
  private var invoked: [UInt64] = []
  private(set) var peakConfigurations = 1
  /// Steps taken, and those at which the budget is looked at next: every millisecond or so.
  var expansions = 0
  var nextLook = 0

  private static var lookInterval: Int { 50_000 }

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

  mutating func run() -> SearchAnswer {
    for step in steps {
      if model.isDecided { return .linearizable }
      // Every event costs as much as there are configurations.
      if current.count > 2000, let exhausted = budget.exhausted() { return .exhausted(exhausted) }
      switch step {
      case .call(let operation): call(Int(operation))
      case .ret(let operation):
        if let exhausted = complete(Int(operation)) { return .exhausted(exhausted) }
        if current.count == 0 { return .violation(at: Int(model.operations[Int(operation)].source)) }
        peakConfigurations = max(peakConfigurations, current.count)
      }
    }
    return .linearizable
  }

  private mutating func call(_ index: Int) {
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

  private mutating func complete(_ index: Int) -> Budget.Exhausted? {
    let operation = model.operations[index]
    let slot = Int(slots[index])
    let (word, bit) = (slot / 64, UInt64(1) << UInt64(slot % 64))
    var needsExpansion = false
    for row in 0..<current.rowCount where current.isAlive(row) {
      let isOpen = (current.row(row)[1 + word] | current.row(row)[1 + words + word]) & bit != 0
      needsExpansion = needsExpansion || isOpen
    }
    if needsExpansion, let exhausted = expand(index, word: word, bit: bit) { return exhausted }
    let words = words
    current.update {
      $0[1 + word] &= ~bit
      $0[1 + words + word] &= ~bit
    }
    if !operation.isReadOnly { hideable[word] &= ~bit }
    model.didReturn(index)
    return nil
  }

  private mutating func expand(_ index: Int, word: Int, bit: UInt64) -> Budget.Exhausted? {
    next.removeAll()
    work.removeAll()
    for place in 0..<current.rowCount where current.isAlive(place) {
      current.copy(place, into: row)
      let isPending = row[1 + word] & bit != 0
      let isAvailable = row[1 + words + word] & bit != 0
      // Hidden or seen: both have to be followed.
      if isPending || isAvailable { work.insert(UnsafeBufferPointer(row)) }
      guard !isPending else { continue }
      row[1 + words + word] &= ~bit
      next.insert(UnsafeBufferPointer(row))
    }
    var place = 0
    while place < work.rowCount {
      defer { place += 1 }
      guard work.isAlive(place) else { continue }
      work.copy(place, into: row)
      takeSteps(towards: index, word: word, bit: bit)
      expansions += 1
      let spent = expansions * 16 + work.comparisons + next.comparisons
      if spent > nextLook {
        nextLook = spent + Self.lookInterval
        if let exhausted = budget.exhausted() { return exhausted }
      }
    }
    swap(&current, &next)
    current.compact()
    return nil
  }

  private mutating func takeSteps(towards target: Int, word: Int, bit: UInt64) {
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
    for index in 0..<result.count { result[index] = row[index] }
    if model.operations[operation].isBlind {
      for word in 0..<words { result[1 + word] &= ~hideable[word] }
    }
    if choice >= 0 {
      let slot = Int(slots[choice])
      result[1 + slot / 64] &= ~(1 << UInt64(slot % 64))
      result[1 + words + slot / 64] &= ~(1 << UInt64(slot % 64))
    } else {
      result[1 + 2 * words + (-1 - choice)] += 1
    }
    result[0] = UInt64(after)
    guard !model.isHopeless(after, hasPendingReads: settle(in: after)) else { return }
    let reaches = choice == target || (model.operations[target].isReadOnly && result[1 + word] & bit == 0)
    if reaches {
      result[1 + word] &= ~bit
      result[1 + words + word] &= ~bit
      next.insert(UnsafeBufferPointer(result))
    } else if !model.isOpaque(after) {
      work.insert(UnsafeBufferPointer(result))
    }
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
