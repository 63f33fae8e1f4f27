/// Finds a smallest core of a violation: operations of which none can be left out without the rest making sense.
///
/// Leaving out an operation means ignoring what is known about it: a read is removed, and a write may have happened at
/// any time or never. The search examines windows around the place where the contradiction occurred, doubling until one
/// contains it, and then determines which of its operations are needed.
struct CoreFinder {
  /// The maximum number of operations in which a core is searched; beyond it the window itself is returned.
  static let windowLimit = 1 << 14

  private let count: Int
  private let budget: Budget
  private let isViolated: (_ kept: [Int]) -> Bool?

  /// - Parameter isViolated: whether the operations at these positions, all others forgotten, contradict each other;
  ///   `nil` if that cannot be decided in time.
  init(count: Int, budget: Budget, isViolated: @escaping (_ kept: [Int]) -> Bool?) {
    self.count = count
    self.budget = budget
    self.isViolated = isViolated
  }

  /// - Parameter center: the position where the contradiction showed.
  /// - Returns: positions in ascending order; empty when no window small enough shows it.
  func core(around center: Int) -> [Int] {
    var radius = 4
    while true {
      let low = max(0, center - radius)
      let high = min(count, center + radius + 1)
      if isViolated(Array(low..<high)) == true { return minimize(Array(low..<high)) }
      if (low == 0 && high == count) || radius > Self.windowLimit || budget.exhausted() != nil { return [] }
      radius *= 2
    }
  }

  /// The core within operations that are known to contradict each other.
  ///
  /// More operations never make a contradiction go away, so the last of the shortest prefix that still has it is
  /// needed; with that one kept, the same is asked of what comes before it. That takes about log n questions an
  /// operation of the core.
  func minimize(_ operations: [Int]) -> [Int] {
    var needed: [Int] = []
    var candidates = operations[...]
    while true {
      // Invariant: with `high` candidates the contradiction is there; below `low` it is known not to be.
      var low = 0
      var high = candidates.count
      while low < high {
        if budget.exhausted() != nil { return (Array(candidates[..<(candidates.startIndex + high)]) + needed).sorted() }
        let middle = (low + high) / 2
        let tried = Array(candidates[..<(candidates.startIndex + middle)]) + needed
        if !tried.isEmpty, isViolated(tried.sorted()) == true { high = middle } else { low = middle + 1 }
      }
      guard high > 0 else { return needed.sorted() }
      needed.append(candidates[candidates.startIndex + high - 1])
      candidates = candidates[..<(candidates.startIndex + high - 1)]
    }
  }
}
