/// The common part of all just-in-time searches over the frontier of open operations.
///
/// It processes the history in time order and keeps every possible state of the object, each with the set of open
/// operations that have taken effect. Memory depends on the number of concurrently open operations, not on the
/// history's length. Operations are ordered just in time, when one returns that has not taken effect yet. Sources: Wing
/// and Gong, Testing and verifying concurrent objects, 1993; Lowe, Testing for linearizability, 2017.
protocol JustInTimeSearch: ~Copyable {
  var budget: Budget { get }
  /// Invocations and completions in time order.
  var steps: [EventSequence.Step] { get }
  /// Words that hold a bit for each operation open at once.
  var words: Int { get }
  /// Configurations at the event that is looked at; those that go on to the next one; those still to be expanded.
  var current: ConfigurationSet { get set }
  var next: ConfigurationSet { get set }
  var work: ConfigurationSet { get set }
  /// The configuration that is expanded, and what a step makes of it.
  var row: UnsafeMutableBufferPointer<UInt64> { get }
  var result: UnsafeMutableBufferPointer<UInt64> { get }
  var effort: SearchEffort { get set }

  /// Whether everything that has not returned yet can happen in any order.
  var isDecided: Bool { get }
  /// Position of an operation among those that the searched ones were made of.
  func source(of operation: Int) -> Int
  mutating func call(_ operation: Int)
  /// The operation returns: it has happened by now.
  mutating func complete(_ operation: Int) -> Budget.Exhausted?
  /// Tries every operation that may happen next in `row`, and files what comes of it.
  mutating func takeSteps(towards target: Int, word: Int, bit: UInt64)
}

/// How much a search has done and held.
struct SearchEffort {
  /// Configurations held at once at most.
  var peakConfigurations = 1
  var expansions = 0
  /// The effort at which the budget is looked at next: every millisecond or so.
  var nextLook = 0

  static let lookInterval = 50_000
}

extension JustInTimeSearch where Self: ~Copyable {
  mutating func run() -> SearchAnswer {
    for step in steps {
      if isDecided { return .linearizable }
      // Every event costs as much as there are configurations.
      if current.count * current.stride > 1 << 14, let exhausted = budget.exhausted() { return .exhausted(exhausted) }
      switch step {
      case .call(let operation): call(Int(operation))
      case .ret(let operation):
        if let exhausted = complete(Int(operation)) { return .exhausted(exhausted) }
        if current.count == 0 { return .violation(at: source(of: Int(operation))) }
        effort.peakConfigurations = max(effort.peakConfigurations, current.count)
      }
    }
    return .linearizable
  }

  /// Finds every configuration in which an operation that returns has happened by now.
  ///
  /// - Parameter isVisible: whether it makes a difference when it happens, so that where it may have happened before,
  ///   unseen, it has to be tried now as well.
  mutating func reach(_ operation: Int, word: Int, bit: UInt64, isVisible: Bool) -> Budget.Exhausted? {
    guard needsExpansion(word: word, bit: bit, isVisible: isVisible) else { return nil }
    next.removeAll()
    work.removeAll()
    for place in 0..<current.rowCount where current.isAlive(place) {
      current.copy(place, into: row)
      let isPending = row[1 + word] & bit != 0
      // Hidden or seen: both have to be followed.
      if isPending || (isVisible && row[1 + words + word] & bit != 0) { work.insert(UnsafeBufferPointer(row)) }
      guard !isPending else { continue }
      row[1 + words + word] &= ~bit
      next.insert(UnsafeBufferPointer(row))
    }
    var place = 0
    while place < work.rowCount {
      defer { place += 1 }
      guard work.isAlive(place) else { continue }
      work.copy(place, into: row)
      takeSteps(towards: operation, word: word, bit: bit)
      effort.expansions += 1
      let spent = (effort.expansions * 16 + work.comparisons + next.comparisons) * (1 + current.stride / 8)
      if spent > effort.nextLook {
        effort.nextLook = spent + SearchEffort.lookInterval
        if let exhausted = budget.exhausted(reserving: work.growthBytes + next.growthBytes) { return exhausted }
      }
    }
    (current, next) = (next, current)
    current.compact()
    return nil
  }

  private func needsExpansion(word: Int, bit: UInt64, isVisible: Bool) -> Bool {
    for place in 0..<current.rowCount where current.isAlive(place) {
      let configuration = current.row(place)
      let open = isVisible ? configuration[1 + word] | configuration[1 + words + word] : configuration[1 + word]
      if open & bit != 0 { return true }
    }
    return false
  }

  /// Files `result`: with the configurations after the completion if its operation has happened, else, where that may
  /// lead on, for more steps.
  mutating func file(reaches: Bool, word: Int, bit: UInt64, leadsOn: Bool = true) {
    if reaches {
      result[1 + word] &= ~bit
      result[1 + words + word] &= ~bit
      next.insert(UnsafeBufferPointer(result))
    } else if leadsOn {
      work.insert(UnsafeBufferPointer(result))
    }
  }

  /// Makes `result` a copy of `row`.
  func copyRow() {
    for index in 0..<result.count { result[index] = row[index] }
  }

  /// Marks the operation in a slot as happened in `result`.
  func use(slot: Int) {
    result[1 + slot / 64] &= ~(1 << UInt64(slot % 64))
    result[1 + words + slot / 64] &= ~(1 << UInt64(slot % 64))
  }

  /// The slot is free again, in every configuration.
  func retire(word: Int, bit: UInt64) {
    let words = words
    current.update {
      $0[1 + word] &= ~bit
      $0[1 + words + word] &= ~bit
    }
  }
}
