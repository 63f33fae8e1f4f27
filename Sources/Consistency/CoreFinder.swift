/// Finds a smallest core of a violation: operations of which none can be left out without the rest making sense.
///
/// To leave an operation out means to forget what is known of it: a read is gone, a write may have happened at any time
/// or never. The search looks at windows around the place where the contradiction showed, doubling until one holds it,
/// then drops halves, quarters and so on down to single operations.
struct CoreFinder {
  /// The most operations that a core is looked for in; past it the window is given as it is.
  static let windowLimit = 1 << 14

  private let count: Int
  private let budget: Budget
  private let isViolated: (_ kept: [Int]) -> Bool?

  /// - Parameter isViolated: whether the operations at these positions, all others forgotten, contradict each other;
  ///   `nil` when that cannot be told in time.
  init(count: Int, budget: Budget, isViolated: @escaping (_ kept: [Int]) -> Bool?) {
    self.count = count
    self.budget = budget
    self.isViolated = isViolated
  }

  /// - Parameter center: the position where the contradiction showed.
  /// - Returns: positions in ascending order; empty when no window small enough shows it.
  func core(around center: Int) -> [Int] {
    var radius = 8
    while true {
      let low = max(0, center - radius)
      let high = min(count, center + radius + 1)
      if isViolated(Array(low..<high)) == true { return minimize(Array(low..<high)) }
      if (low == 0 && high == count) || radius > Self.windowLimit || budget.exhausted() != nil { return [] }
      radius *= 2
    }
  }

  /// The core within operations that are known to contradict each other.
  func minimize(_ operations: [Int]) -> [Int] {
    var kept = operations
    var chunk = max(1, kept.count / 2)
    while true {
      var removed = false
      var start = 0
      while start < kept.count {
        if budget.exhausted() != nil { return kept }
        let rest = Array(kept[..<start] + kept[min(kept.count, start + chunk)...])
        if !rest.isEmpty, isViolated(rest) == true {
          kept = rest
          removed = true
        } else {
          start += chunk
        }
      }
      if chunk == 1, !removed { return kept }
      chunk = max(1, chunk / 2)
    }
  }
}
