/// Of intervals that begin after a moment, the one that ends first: what certainly came after, and was over soonest.
struct EarliestEnd {
  private let calls: [Int]
  /// Of this interval and all that are called after it, the position (as given) of the one that ends first.
  private let best: [Int]

  init(_ intervals: [(call: Int, end: Int)]) {
    let byCall = intervals.indices.sorted { intervals[$0].call < intervals[$1].call }
    var best = byCall
    for place in byCall.indices.reversed().dropFirst()
    where intervals[best[place + 1]].end < intervals[best[place]].end {
      best[place] = best[place + 1]
    }
    calls = byCall.map { intervals[$0].call }
    self.best = best
  }

  /// - Returns: the position among the intervals as they were given; `nil` where none begins after `moment`.
  func position(after moment: Int) -> Int? {
    var (low, high) = (0, calls.count)
    while low < high {
      let middle = (low + high) / 2
      if calls[middle] > moment { high = middle } else { low = middle + 1 }
    }
    return low < best.count ? best[low] : nil
  }
}
